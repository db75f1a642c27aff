package io.forkless.benchmarks.startup;

import io.forkless.benchmarks.service.Memory;
import io.forkless.benchmarks.service.ProcessService;
import io.forkless.benchmarks.service.Services;
import io.forkless.benchmarks.service.Wrk;
import io.forkless.testing.load.HttpConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * One way to start workers.
 *
 * @param jdk that runs them
 * @param server the server program's {@code --server}
 * @param way what the table calls it
 * @param fastStart the supervisor's options for an archive of classes, if any
 * @param jvmOptions the workers'
 */
record Start(Jdk jdk, String server, String way, List<String> fastStart, List<String> jvmOptions) {
    static final String FIRST_RESPONSE = "spawn to first response, ms";
    static final String REPLACEMENT_READY = "kill to READY, ms";
    static final String REPLACEMENT_RESPONSE = "kill to response, ms";
    static final String WORKER_MEMORY = "a worker, MiB";
    static final String SUPERVISOR_MEMORY = "supervisor, MiB";
    static final String PLAIN = "plain";

    private static final double NANOS_PER_MILLI = 1e6;
    private static final int CONNECTIONS = 16;

    static Start plain(Jdk jdk, String server) {
        return new Start(jdk, server, PLAIN, List.of(), List.of());
    }

    static Start archive(Jdk jdk, String server, Path directory) {
        return new Start(jdk, server, "archive", fastStart(directory), List.of());
    }

    /** For workers that serve soon rather than fast, and little at a time. */
    static Start tuned(Jdk jdk, String server, Path directory) {
        return new Start(
                jdk,
                server,
                "archive, C1, Serial",
                fastStart(directory),
                List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    }

    private static List<String> fastStart(Path directory) {
        return List.of("--fast-start", directory.toString());
    }

    /** A worker that ends makes the archive, if there is to be one. */
    void prepare(Services services) throws IOException, InterruptedException {
        if (!fastStart.isEmpty()) {
            try (ProcessService supervisor = start(services, 1, "all 1 workers are READY")) {
                // What a request needs belongs into it, too.
                request(supervisor.port());
                supervisor.handle().destroy();
                supervisor.awaitLine(line -> line.contains("fast start: workers start from"));
            }
        }
    }

    /** Starts one worker, with a client that waits for it already; then kills it, with another one that waits. */
    Map<String, Double> measure(Services services) throws IOException, InterruptedException {
        try (ProcessService supervisor = start(services, 1, "listening on ")) {
            long pid = request(supervisor.port());
            double firstResponse = ProcessAge.millis(pid);
            supervisor.awaitLine(isReady(pid));

            long killed = System.nanoTime();
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            CompletableFuture<Double> ready = CompletableFuture.supplyAsync(() -> {
                await(
                        supervisor,
                        line -> line.contains("): READY") && !isReady(pid).test(line));
                return millisSince(killed);
            });
            awaitReplacement(supervisor.port(), pid);
            double response = millisSince(killed);
            return Map.of(
                    FIRST_RESPONSE, firstResponse, REPLACEMENT_READY, ready.join(), REPLACEMENT_RESPONSE, response);
        }
    }

    /** In MiB, of several workers after a second of load, for what they share counts only once. */
    Map<String, Double> memory(Services services, int workers) throws IOException, InterruptedException {
        try (ProcessService supervisor = start(services, workers, "all " + workers + " workers are READY")) {
            Wrk.load(supervisor.port(), CONNECTIONS, false, Duration.ofSeconds(1));
            return Map.of(
                    WORKER_MEMORY,
                    Memory.pss(supervisor.workers()) / workers,
                    SUPERVISOR_MEMORY,
                    Memory.pss(List.of(supervisor.handle())));
        }
    }

    private ProcessService start(Services services, int workers, String readyLine)
            throws IOException, InterruptedException {
        List<String> options = new ArrayList<>(fastStart);
        options.addAll(List.of("--workers", Integer.toString(workers)));
        List<String> jvm = new ArrayList<>(jvmOptions);
        jvm.add("-Xmx256m");
        return services.supervisor(options, services.app(jdk.java(), jvm, "--server", server), readyLine);
    }

    private static void awaitReplacement(int port, long killed) {
        while (true) {
            try {
                if (request(port) != killed) {
                    return;
                }
            } catch (IOException e) {
                // the dying one had accepted this connection
            }
        }
    }

    /** Which process answers. */
    private static long request(int port) throws IOException {
        return Long.parseLong(HttpConnection.get(port, "/"));
    }

    private static Predicate<String> isReady(long pid) {
        return line -> line.contains("(pid " + pid + "): READY");
    }

    private static void await(ProcessService supervisor, Predicate<String> line) {
        try {
            supervisor.awaitLine(line);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("no replacement got ready", e);
        }
    }

    private static double millisSince(long start) {
        return (System.nanoTime() - start) / NANOS_PER_MILLI;
    }
}
