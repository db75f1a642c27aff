package io.forkless.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program in a JVM of its own, with the class path of the tests; closing it kills it and removes its output. */
public final class ChildJvm implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Path output;
    private final Process process;

    private ChildJvm(Path output, Process process) {
        this.output = output;
        this.process = process;
    }

    /** What the program prints to either stream ends up in {@link #output()}. */
    public static ChildJvm start(
            Map<String, String> environment, List<String> flags, Class<?> main, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        // With the coverage agent of this JVM, if it has one, so that what only runs over there counts as well.
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("-javaagent:"))
                .forEach(command::add);
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));

        Path output = Files.createTempFile("child-jvm", ".out");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("FORKLESS_")
                        || name.equals("XDG_RUNTIME_DIR")
                        || name.endsWith("JAVA_OPTIONS")
                        || name.equals("JAVA_TOOL_OPTIONS"));
        builder.environment().putAll(environment);
        return new ChildJvm(output, builder.start());
    }

    public static ChildJvm start(Map<String, String> environment, Class<?> main, String... arguments)
            throws IOException {
        return start(environment, List.of(), main, arguments);
    }

    public long pid() {
        return process.pid();
    }

    /** With the same line ends on every system. */
    public String output() {
        try {
            return Files.readString(output, StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
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
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start();
        assertThat(kill.waitFor()).as("kill -%s", name).isZero();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly().onExit().join();
        Files.delete(output);
    }
}
