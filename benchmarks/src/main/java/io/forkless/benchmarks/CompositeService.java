package io.forkless.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Several programs that serve one port together. */
final class CompositeService implements Service {
    private final int port;
    private final List<ProcessService> members;

    CompositeService(int port, List<ProcessService> members) {
        this.port = port;
        this.members = List.copyOf(members);
    }

    /** Starts that many at once, since a JVM takes its time; all are ready, or none is left. */
    static List<ProcessService> start(int count, Callable<ProcessService> start) throws IOException {
        ExecutorService threads = Executors.newFixedThreadPool(count);
        List<ProcessService> started = new ArrayList<>();
        try {
            for (Future<ProcessService> future : threads.invokeAll(Collections.nCopies(count, start))) {
                started.add(future.get());
            }
            return started;
        } catch (InterruptedException | ExecutionException e) {
            started.forEach(ProcessService::close);
            throw new IOException("cannot start " + count + " processes", e);
        } finally {
            threads.shutdown();
        }
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public List<ProcessHandle> processes() {
        return members.stream().flatMap(member -> member.processes().stream()).toList();
    }

    @Override
    public void close() {
        members.forEach(ProcessService::close);
    }
}
