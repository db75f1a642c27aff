package io.forkless.e2e.field;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.testing.FreePort;
import io.forkless.testing.load.HttpConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A supervisor that a {@link Caller} has started, with workers that serve. Closing it kills what is left. */
final class Service implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Path output;
    private final int port;
    private final int workers;
    private final Process process;

    /** @param options of {@code run} */
    Service(Caller caller, int workers, String... options) throws IOException {
        this.workers = workers;
        port = FreePort.any();
        output = Files.createTempFile(caller.temporary().getParent(), "service", "");
        List<String> arguments = new ArrayList<>(List.of("run", "--workers", Integer.toString(workers)));
        arguments.addAll(List.of(options));
        arguments.addAll(List.of("--listen", "127.0.0.1:" + port, "--boot-timeout", "300", "--"));
        arguments.addAll(caller.worker(port));
        process = caller.start(output, arguments);
        awaitOutput("all " + workers + " workers are READY");
    }

    long pid() {
        return process.pid();
    }

    String output() throws IOException {
        return Files.readString(output);
    }

    void awaitOutput(String text) {
        await(text).atMost(PATIENCE).until(() -> output().contains(text) || !process.isAlive());
        assertThat(process.isAlive()).as("%s", this).isTrue();
    }

    /** The pids of the workers that answer, as soon as all do. */
    Set<Long> awaitAnswersOfAll() {
        Set<Long> pids = new TreeSet<>();
        await(workers + " workers answer").atMost(PATIENCE).ignoreExceptions().until(() -> {
            String answer = HttpConnection.get(port, "/");
            pids.add(Long.parseLong(answer.replaceAll(".* pid ", "").strip()));
            pids.removeIf(
                    pid -> !ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
            return pids.size() == workers;
        });
        return pids;
    }

    /** Ends it as an operator would, and returns its status. */
    int terminate() throws InterruptedException {
        process.destroy();
        return process.waitFor();
    }

    int awaitEnd() throws InterruptedException {
        return process.waitFor();
    }

    @Override
    public String toString() {
        try {
            return "it printed:\n" + output();
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().onExit().join();
    }
}
