package io.forkless.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.testing.JavaProgram;
import io.forkless.testing.PosixSignals;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** The packaged command in a process of its own, with temporary and runtime directories of its own. */
final class ForklessCommand implements Closeable {
    /** How it ended. */
    record Result(int status, String out, String err) {
        /** What the command says of itself, less what it logs. */
        List<String> complaints() {
            return err.lines()
                    .filter(line -> !line.matches("\\d{4}-\\d\\d-\\d\\d .*"))
                    .toList();
        }
    }

    static final Duration LIMIT = Duration.ofSeconds(60);

    private final Path directory;
    private final Process process;

    private ForklessCommand(
            Path directory,
            Path jar,
            List<String> prefix,
            Map<String, String> environment,
            List<String> options,
            String... arguments)
            throws IOException {
        this.directory = directory;
        Files.createDirectories(directory.resolve("tmp"));
        ProcessBuilder builder = JavaProgram.ofJar(jar.toString(), arguments)
                .below(prefix)
                .temporary(directory.resolve("tmp"))
                .options(options) // after ours, so that they win
                .process()
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile());
        builder.environment().remove("JAVA_TOOL_OPTIONS"); // the JVM would tell of it among the command's messages
        builder.environment().putAll(environment);
        process = builder.start();
    }

    static Path jar() {
        return Path.of(System.getProperty("forkless.it.supervisorJar"));
    }

    static ForklessCommand start(Path directory, String... arguments) throws IOException {
        return start(directory, Map.of(), arguments);
    }

    static ForklessCommand start(Path directory, Map<String, String> environment, String... arguments)
            throws IOException {
        return new ForklessCommand(directory, jar(), List.of(), environment, List.of(), arguments);
    }

    static ForklessCommand withOption(Path directory, String option, String... arguments) throws IOException {
        return new ForklessCommand(directory, jar(), List.of(), Map.of(), List.of(option), arguments);
    }

    /** Where that program runs it, as env(1) does: elsewhere, say. */
    static ForklessCommand withOptionBelow(Path directory, String option, List<String> prefix, String... arguments)
            throws IOException {
        return new ForklessCommand(directory, jar(), prefix, Map.of(), List.of(option), arguments);
    }

    static ForklessCommand below(Path directory, Path jar, List<String> prefix, String... arguments)
            throws IOException {
        return new ForklessCommand(directory, jar, prefix, Map.of(), List.of(), arguments);
    }

    /** Starts it and waits for its end. */
    static Result run(Path directory, String... arguments) throws Exception {
        try (ForklessCommand command = start(directory, arguments)) {
            return command.await();
        }
    }

    Result await() throws Exception {
        assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .as(err())
                .isTrue();
        return new Result(process.exitValue(), out(), err());
    }

    /** Waits until its standard error, which is where it logs, has that text. */
    void awaitLog(String text) {
        awaitText(text, "err");
    }

    void awaitOutput(String text) {
        awaitText(text, "out");
    }

    void signal(String name) throws Exception {
        PosixSignals.send(name, pid());
    }

    long pid() {
        return process.pid();
    }

    List<ProcessHandle> descendants() {
        return process.descendants().toList();
    }

    /** What it has left in its temporary directory. */
    List<Path> leftovers() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("tmp"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("forkless"))
                    .toList();
        }
    }

    String out() throws IOException {
        return Files.readString(directory.resolve("out"));
    }

    String err() throws IOException {
        return Files.readString(directory.resolve("err"));
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().onExit().join();
    }

    private void awaitText(String text, String file) {
        Awaitility.await(text)
                .atMost(LIMIT)
                .until(() -> Files.readString(directory.resolve(file)).contains(text));
    }
}
