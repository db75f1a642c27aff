package io.forkless.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program in a JVM of its own that says what it does; closing it kills it and removes its output. */
public final class ChildJvm implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Path output;
    private final Process process;

    private ChildJvm(Path output, Process process) {
        this.output = output;
        this.process = process;
    }

    /**
     * What the program prints to either stream ends up in {@link #output()}. It runs with the coverage agent of this JVM,
     * if it has one, so that what only runs over there counts as well.
     */
    public static ChildJvm start(Map<String, String> environment, JavaProgram program) throws IOException {
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("-javaagent:"))
                .forEach(program::options);
        Path output = Files.createTempFile("child-jvm", ".out");
        ProcessBuilder builder =
                program.withConsole().process().redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().remove("XDG_RUNTIME_DIR");
        builder.environment().putAll(environment);
        return new ChildJvm(output, builder.start());
    }

    public long pid() {
        return process.pid();
    }

    /** With the same line ends on every system, and without what the JVM says of options in the environment. */
    public String output() {
        try {
            return Files.readString(output, StandardCharsets.UTF_8)
                    .replace(System.lineSeparator(), "\n")
                    .replaceFirst("(?m)^Picked up JAVA_TOOL_OPTIONS: .*\n", "");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    public void awaitOutput(String text) {
        await().atMost(LIMIT).untilAsserted(() -> {
            assertThat(output()).contains(text);
        });
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** The exit status of the program, which must end by itself. */
    public int awaitExit() throws InterruptedException {
        assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .as("the process ended; it said: %s", output())
                .isTrue();
        return process.exitValue();
    }

    /** A real signal, as an operator sends it. */
    public void signal(String name) throws IOException, InterruptedException {
        PosixSignals.send(name, pid());
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
        // Windows may count a file as open for a moment after the process that had it has ended.
        await().atMost(LIMIT)
                .ignoreExceptionsInstanceOf(FileSystemException.class)
                .until(() -> Files.deleteIfExists(output));
    }
}
