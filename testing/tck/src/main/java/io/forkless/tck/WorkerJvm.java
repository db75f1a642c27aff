package io.forkless.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.spi.SharedListener;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Another process, with the class path of the tests, that runs {@link WorkerProgram}. Closing kills it. */
final class WorkerJvm implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;

    private final Path temporary;
    private final Process process;
    private final BufferedReader answers;

    private WorkerJvm(Path temporary, Process process) {
        this.temporary = temporary;
        this.process = process;
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    }

    /** @param provider the name by which the process finds it */
    static WorkerJvm start(String provider) throws IOException {
        Path temporary = Files.createTempDirectory("tck");
        List<String> command = command(WorkerProgram.class, provider);
        command.add(1, "-Djava.io.tmpdir=" + temporary);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().remove("FORKLESS_RUNTIME_DIR"); // it would win over the temporary directory
        return new WorkerJvm(temporary, builder.start());
    }

    static List<String> command(Class<?> program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                // Surefire may start this JVM with a jar that only refers to the real class path.
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                program.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    long pid() {
        return process.pid();
    }

    String ask(String command) throws Exception {
        process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
        String answer = CompletableFuture.supplyAsync(this::nextAnswer).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(answer).as("answer of process %d to '%s'", pid(), command).isNotNull();
        return answer;
    }

    void tell(String command) throws Exception {
        assertThat(ask(command))
                .as("answer of process %d to '%s'", pid(), command)
                .isEqualTo(WorkerProgram.DONE);
    }

    WorkerJvm adopt(SharedListener listener) throws Exception {
        tell("adopt " + HexFormat.of().formatHex(listener.ticketFor(handle())));
        return this;
    }

    /** Of its copy of the listener. */
    byte[] ticketFor(ProcessHandle supervisor) throws Exception {
        return HexFormat.of().parseHex(ask("worker-ticket " + supervisor.pid()));
    }

    /** Accepts for ever on that many threads, and tells each client its pid. */
    WorkerJvm serve(int threads) throws Exception {
        tell("serve " + threads);
        return this;
    }

    /** The process that the worker starts as native code would. */
    ProcessHandle startChild(Class<? extends ChildStarter> starter) throws Exception {
        String answer = ask("child " + starter.getName());
        assertThat(answer).as("pid of a child").matches("\\d+");
        return ProcessHandle.of(Long.parseLong(answer)).orElseThrow();
    }

    /** At once, as {@code kill -9} and {@code TerminateProcess} do; returns when it is gone. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** What a killed process leaves in its temporary directory goes with it. */
    @Override
    public void close() throws IOException {
        kill();
        try (Stream<Path> left = Files.walk(temporary)) {
            for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private String nextAnswer() {
        try {
            return answers.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
