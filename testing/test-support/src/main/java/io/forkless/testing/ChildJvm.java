package io.forkless.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
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
        List<String> program = new ArrayList<>(flags);
        program.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        program.addAll(List.of(arguments));
        return start(environment, program);
    }

    public static ChildJvm start(Map<String, String> environment, Class<?> main, String... arguments)
            throws IOException {
        return start(environment, List.of(), main, arguments);
    }

    /** The program becomes a class of that module, with which it shares a package; there is no class path. */
    public static ChildJvm startInModule(
            String module, Path moduleClasses, Map<String, String> environment, Class<?> main, String... arguments)
            throws IOException {
        List<String> program = new ArrayList<>(List.of(
                "--module-path",
                moduleClasses.toString(),
                "--patch-module",
                module + "=" + classesOf(main),
                "--module",
                module + "/" + main.getName()));
        program.addAll(List.of(arguments));
        return start(environment, program);
    }

    /** The directory or jar that this class is from. */
    public static Path classesOf(Class<?> type) {
        return Path.of(URI.create(
                type.getProtectionDomain().getCodeSource().getLocation().toString()));
    }

    private static ChildJvm start(Map<String, String> environment, List<String> program) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        // With the coverage agent of this JVM, if it has one, so that what only runs over there counts as well.
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("-javaagent:"))
                .forEach(command::add);
        command.addAll(program);

        Path output = Files.createTempFile("child-jvm", ".out");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("FORKLESS_")
                        || name.equals("XDG_RUNTIME_DIR")
                        || name.endsWith("JAVA_OPTIONS"));
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
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start();
        assertThat(kill.waitFor()).as("kill -%s", name).isZero();
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
