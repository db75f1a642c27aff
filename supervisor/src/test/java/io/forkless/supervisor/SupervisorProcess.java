package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.internal.control.Scoreboard;
import io.forkless.internal.control.UserId;
import io.forkless.testing.JavaProgram;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A {@link TestSupervisor} in a JVM of its own, with a temporary directory of its own. */
public final class SupervisorProcess implements Closeable {
    public final Process process;
    final Path temporary;
    private final Path log;
    private final BufferedReader output;
    private List<Long> numbers;

    /** @param prefix a command that runs the JVM, may be empty */
    public SupervisorProcess(
            Path temporary, List<String> prefix, List<String> options, int workers, boolean listen, List<String> worker)
            throws IOException {
        this.temporary = temporary;
        List<String> arguments = new ArrayList<>(List.of(Integer.toString(workers), Boolean.toString(listen)));
        arguments.addAll(worker);
        log = Files.createTempFile(temporary.getParent(), "log", "");
        process = JavaProgram.of(TestSupervisor.class, arguments.toArray(String[]::new))
                .below(prefix)
                .options(options)
                .temporary(temporary)
                .process()
                .redirectError(log.toFile())
                .start();
        output = process.inputReader();
    }

    public SupervisorProcess awaitReady() throws IOException {
        String line = output.readLine();
        assertThat(line).as(log()).startsWith("ready ");
        numbers = Stream.of(line.substring("ready ".length()).split(" "))
                .map(Long::valueOf)
                .toList();
        return this;
    }

    /** If it listens. */
    public int port() {
        return numbers.get(0).intValue();
    }

    /** The workers' pids, if it listens. */
    public List<Long> pids() {
        return numbers.subList(1, numbers.size());
    }

    /** As its standard error shows it. */
    public String log() throws IOException {
        return Files.readString(log);
    }

    /** Has all workers replaced; returns when that is done. */
    void restart() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        assertThat(output.readLine()).as(log()).isEqualTo("restarted");
    }

    /** Lets it stop, and waits for its last words. */
    public void stop() throws IOException {
        process.getOutputStream().close();
        assertThat(output.lines()).last().as(log()).isEqualTo("stopped");
    }

    public void killHard() {
        process.destroyForcibly().onExit().join();
    }

    /** The control socket of the only supervisor there is in the temporary directory. */
    Path controlSocket() throws IOException {
        try (Stream<Path> files = Files.walk(temporary)) {
            return files.filter(file -> file.endsWith("control.sock")).findAny().orElseThrow();
        }
    }

    /** What of ours is in the temporary directory; the JVM's performance data and JNA's unpacked library are not ours. */
    public List<Path> files() throws IOException {
        Path base = temporary.resolve(UserId.isKnown() ? "forkless-" + UserId.ours() : "forkless");
        if (Files.notExists(base)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(base)) {
            List<Path> found = files.toList();
            return found.isEmpty() ? List.of(base) : found; // an empty one is to go as well
        }
    }

    /** The same after it was killed: Windows deletes no scoreboard that a process has mapped. */
    public List<Path> filesAfterDeath() throws IOException {
        if (!SupervisedTest.WINDOWS) {
            return files();
        }
        try (Stream<Path> files = Files.walk(temporary)) {
            return files.filter(
                            file -> file.getParent().getFileName().toString().startsWith("forkless-"))
                    .filter(file -> !file.endsWith(Scoreboard.FILE))
                    .toList();
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
        }
        killHard();
        // Windows may count a file as open for a moment after the process that had it has ended.
        await().ignoreExceptionsInstanceOf(FileSystemException.class).until(() -> Files.deleteIfExists(log));
    }
}
