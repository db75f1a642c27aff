package io.forkless.benchmarks.stops;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.service.ProcessService;
import io.forkless.benchmarks.service.Services;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/** A supervisor with workers that serve all traffic, operated as docs/operations.md says. */
final class TrafficService implements AutoCloseable {
    private static final String WORKER = "io.forkless.benchmarks.stops.worker.TrafficApp";
    private static final int WORKERS = 2;
    private static final String DRAIN_TIMEOUT_SECONDS = "20";

    /** What the supervisor logs of a worker that did not end by itself with status 0. */
    private static final Pattern BAD_END =
            Pattern.compile("worker \\d+ \\(pid \\d+\\).*(exited with status [1-9]|killed by|killing it)"
                    + "|not drained within|drain handler failed");

    private final String name = "stops-" + UUID.randomUUID();
    private final Services services;
    private final ProcessService service;
    private final Path certificate;

    TrafficService(Bench bench, String server) throws IOException, GeneralSecurityException, InterruptedException {
        services = new Services(bench);
        certificate = Certificate.create(bench.temporary());
        List<String> options = List.of(
                "--listen",
                Traffic.TLS_HOST + ":0",
                "--name",
                name,
                "--workers",
                Integer.toString(WORKERS),
                "--drain-timeout",
                DRAIN_TIMEOUT_SECONDS);
        List<String> worker = services.program(Services.java(), Services.SMALL_JVM, WORKER, "--server", server);
        worker.addAll(List.of("--certificate", certificate.toString()));
        service = services.supervisor(options, worker, "all " + WORKERS + " workers are READY");
    }

    /** Starts clients of it. */
    TrafficLoad load() throws Exception {
        return new TrafficLoad(address(Traffic.HOST), address(Traffic.TLS_HOST), certificate);
    }

    private InetSocketAddress address(String host) throws IOException, InterruptedException {
        String listening = "listening on " + host + ":";
        String line = service.awaitLine(printed -> printed.contains(listening));
        int port = Integer.parseInt(line.substring(line.indexOf(listening) + listening.length()));
        return new InetSocketAddress(host, port);
    }

    void restart() throws IOException, InterruptedException {
        services.operate("restart", "--name", name);
    }

    /** {@code TERM}; returns the exit status. */
    int stop() throws IOException, InterruptedException {
        return service.terminate();
    }

    /** What the supervisor has told of workers that did not end well. */
    List<String> badEnds() {
        return service.output().lines().filter(BAD_END.asPredicate()).toList();
    }

    @Override
    public void close() {
        service.close();
    }
}
