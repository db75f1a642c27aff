package io.forkless.benchmarks.service;

import io.forkless.benchmarks.harness.Bench;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** Jettys without a supervisor. */
public abstract class JettyGroup implements Group {
    private final Services services;
    private final List<String> jvmOptions;
    private final List<String> options;
    private final List<ProcessService> jettys = new ArrayList<>();

    /** @param options of the server program, besides this kind of listener */
    JettyGroup(Bench bench, String listener, List<String> jvmOptions, String... options) {
        services = new Services(bench);
        this.jvmOptions = jvmOptions;
        this.options = Stream.concat(Stream.of("--listener", listener), Arrays.stream(options))
                .toList();
    }

    /** Adds that many, started at once, since a JVM takes its time; all are ready, or none of the group is left. */
    final void start(int count, int port) throws IOException, InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            List<Future<ProcessService>> starting = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                starting.add(threads.submit(() -> jetty(port)));
            }
            ExecutionException failure = null;
            for (Future<ProcessService> start : starting) {
                try {
                    jettys.add(start.get());
                } catch (ExecutionException e) {
                    failure = e;
                }
            }
            if (failure != null) {
                close();
                throw new IOException("cannot start " + count + " Jettys", failure);
            }
        } finally {
            threads.shutdown();
        }
    }

    /** Starts another one in the place of that one. */
    final ProcessService replace(int index) throws IOException, InterruptedException {
        ProcessService fresh = jetty(portOf(index));
        jettys.set(index, fresh);
        return fresh;
    }

    private ProcessService jetty(int port) throws IOException, InterruptedException {
        List<String> command = services.app(Services.java(), jvmOptions, options.toArray(String[]::new));
        command.addAll(List.of("--port", Integer.toString(port)));
        return services.alone(command);
    }

    final List<ProcessService> jettys() {
        return Collections.unmodifiableList(jettys);
    }

    /** Where the one that takes this place listens. */
    abstract int portOf(int index);

    /** Puts another one in the place of each that has died. */
    @Override
    public final void workerDied() throws Exception {
        for (int i = 0; i < jettys.size(); i++) {
            if (!jettys.get(i).handle().isAlive()) {
                replace(i);
            }
        }
    }

    @Override
    public final void deploy() throws Exception {
        restart();
    }

    @Override
    public List<ProcessHandle> processes() {
        return jettys.stream().flatMap(jetty -> jetty.processes().stream()).toList();
    }

    @Override
    public void close() {
        jettys.forEach(ProcessService::close);
    }
}
