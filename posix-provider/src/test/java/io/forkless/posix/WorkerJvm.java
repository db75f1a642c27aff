package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.spi.SharedListener;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Another process, which runs {@link WorkerProgram}. Closing kills it. */
final class WorkerJvm implements AutoCloseable {
    private static final String JAVA = ProcessHandle.current().info().command().orElseThrow();

    private final Process process;
    private final BufferedReader answers;

    private WorkerJvm(Process process) {
        this.process = process;
        this.answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /** @param launcher a command that ends up as the JVM by exec, if any */
    static WorkerJvm start(String... launcher) throws IOException {
        return launch(System.getProperty("java.class.path"), System.getProperty("java.io.tmpdir"), List.of(), launcher);
    }

    /** @param option one more for the JVM */
    static WorkerJvm startWith(String option) throws IOException {
        return launch(System.getProperty("java.class.path"), System.getProperty("java.io.tmpdir"), List.of(option));
    }

    /**
     * Starts it as the user {@code nobody}; root only.
     *
     * @param directory where the class path is copied to, for the original may be out of that user's reach
     */
    static WorkerJvm startAsNobody(Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        List<String> copies = new ArrayList<>();
        for (String root : System.getProperty("java.class.path").split(":")) {
            if (root.contains("forkless") || root.contains("/jna") || root.endsWith("classes")) {
                Path copy = directory.resolve(Integer.toString(copies.size()));
                copy(Path.of(root), copy);
                copies.add(copy.toString());
            }
        }
        return launch(
                String.join(":", copies),
                directory.toString(),
                List.of(),
                "setpriv",
                "--reuid=nobody",
                "--regid=65534",
                "--clear-groups");
    }

    private static WorkerJvm launch(
            String classPath, String temporaryDirectory, List<String> options, String... launcher) throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher));
        command.addAll(List.of(JAVA, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m", "-XX:-UsePerfData"));
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Djava.io.tmpdir=" + temporaryDirectory));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, WorkerProgram.class.getName()));
        return new WorkerJvm(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    long pid() {
        return process.pid();
    }

    String ask(String command) throws Exception {
        process.outputWriter(StandardCharsets.UTF_8).write(command + "\n");
        process.outputWriter().flush();
        return CompletableFuture.supplyAsync(this::nextAnswer).get(60, TimeUnit.SECONDS);
    }

    void tell(String command) throws Exception {
        assertThat(ask(command)).isEqualTo(WorkerProgram.DONE);
    }

    void adopt(SharedListener listener) throws Exception {
        tell("adopt " + HexFormat.of().formatHex(listener.ticketFor(handle())));
    }

    void signal(String name) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    private String nextAnswer() {
        try {
            return answers.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }
}
