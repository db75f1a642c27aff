package io.forkless.benchmarks.processes;

import io.forkless.testing.load.HttpConnection;
import io.forkless.testing.load.RequestException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;

/** Requests at a rate that does not depend on the answers, from clients with a connection each, evenly interleaved. */
final class ScheduledLoad {
    private static final double NANOS_PER_SECOND = 1e9;

    private ScheduledLoad() {}

    /**
     * @param rate requests per second, of all clients together
     * @return latencies in microseconds, corrected for coordinated omission
     */
    static Histogram run(int port, int clients, double rate, Duration time) throws IOException, InterruptedException {
        long interval = (long) (clients / rate * NANOS_PER_SECOND);
        long count = Math.max(1, time.toNanos() / interval);
        List<HttpConnection> connections = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            for (int i = 0; i < clients; i++) {
                HttpConnection connection = new HttpConnection(port);
                connections.add(connection);
                ask(connection); // it has been accepted, and is not part of what is measured
            }
            long start = System.nanoTime();
            List<Future<Histogram>> results = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                long first = start + i * interval / clients;
                HttpConnection connection = connections.get(i);
                results.add(threads.submit(() -> new Schedule().follow(first, interval, count, () -> ask(connection))));
            }
            return sum(results);
        } finally {
            for (HttpConnection connection : connections) {
                connection.close(); // which also ends a request that waits
            }
            threads.shutdown();
        }
    }

    private static void ask(HttpConnection connection) throws RequestException {
        connection.send("/", false, 1);
        connection.receive();
    }

    private static Histogram sum(List<Future<Histogram>> results) throws IOException, InterruptedException {
        try {
            Histogram sum = results.get(0).get();
            for (Future<Histogram> result : results.subList(1, results.size())) {
                sum.add(result.get());
            }
            return sum;
        } catch (ExecutionException e) {
            throw new IOException("a request failed: " + e.getCause(), e.getCause());
        }
    }
}
