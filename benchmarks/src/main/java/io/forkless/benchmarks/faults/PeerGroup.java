package io.forkless.benchmarks.faults;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.service.Group;
import io.forkless.benchmarks.service.ProcessService;
import io.forkless.benchmarks.service.Resources;
import io.forkless.benchmarks.service.Signals;
import io.forkless.testing.FreePort;
import io.forkless.testing.load.Answerers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One of the {@linkplain Peer peers} with its workers. */
final class PeerGroup implements Group {
    private final Peer peer;
    private final int workers;
    private final int port = FreePort.any();
    private final Path directory;
    private final ProcessService first;

    PeerGroup(Bench bench, int workers, Peer peer) throws IOException, InterruptedException {
        this.peer = peer;
        this.workers = workers;
        directory = bench.temporary().resolve(peer.name());
        Map<String, ?> values = Map.of(
                "port", port,
                "workers", workers,
                "directory", directory,
                "hangTimeout", Contenders.HANG_TIMEOUT_SECONDS);
        for (String file : peer.files()) {
            Resources.copy("faults/" + file, directory, values);
        }
        ProcessBuilder builder = new ProcessBuilder(peer.command()).directory(directory.toFile());
        first = ProcessService.start(builder, peer.readyLine());
        try {
            Answerers.await(port, workers, pid -> true);
        } catch (IOException e) {
            close();
            throw new IOException(first.output(), e);
        }
    }

    @Override
    public void restart() throws Exception {
        peer.restart().run(this);
    }

    @Override
    public void deploy() throws Exception {
        peer.deploy().run(this);
    }

    void signal(String signal) throws IOException, InterruptedException {
        Signals.send(signal, parent());
    }

    /** The one that leads at the moment. */
    long parent() throws IOException {
        return Long.parseLong(Files.readString(directory.resolve("pid")).strip());
    }

    /** Until the parent that has written the file is another one than that, and all of its workers have answered. */
    void awaitNewParent(String pidFile, long old) throws IOException {
        Path file = directory.resolve(pidFile);
        Answerers.await("a new parent", () -> {
            try {
                String pid = Files.readString(file).strip();
                return !pid.isEmpty() && Long.parseLong(pid) != old;
            } catch (IOException e) {
                return false;
            }
        });
        long parent = Long.parseLong(Files.readString(file).strip());
        Answerers.await(port, workers, pid -> isChild(pid, parent));
    }

    private static boolean isChild(long pid, long parent) {
        return ProcessHandle.of(pid)
                .flatMap(ProcessHandle::parent)
                .filter(handle -> handle.pid() == parent)
                .isPresent();
    }

    @Override
    public int port() {
        return port;
    }

    /** A deploy has made a new parent, which is no descendant of ours once the old one has gone. */
    @Override
    public List<ProcessHandle> processes() {
        List<ProcessHandle> all = new ArrayList<>(first.processes());
        for (String file : List.of("pid", "pid.2", "pid.oldbin")) {
            try {
                long pid =
                        Long.parseLong(Files.readString(directory.resolve(file)).strip());
                ProcessHandle.of(pid).stream()
                        .flatMap(parent -> Stream.concat(Stream.of(parent), parent.descendants()))
                        .filter(process -> process.isAlive() && !all.contains(process))
                        .forEach(all::add);
            } catch (IOException | NumberFormatException e) {
                // nobody has written it, or has removed it
            }
        }
        return all;
    }

    @Override
    public void close() {
        List<ProcessHandle> all = processes();
        first.close();
        all.forEach(ProcessHandle::destroy);
        for (ProcessHandle process : all) {
            process.onExit().completeOnTimeout(process, 5, TimeUnit.SECONDS).join();
            process.destroyForcibly();
        }
    }
}
