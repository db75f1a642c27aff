package io.forkless.benchmarks.processes;

import io.forkless.testing.load.HttpConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Requests at a rate that a server can keep up with, from clients with a connection each, evenly interleaved. A client that
 * waits for the answer of a server that stands still counts one slow request where its users would have had many (coordinated
 * omission): HdrHistogram adds those that should have been sent meanwhile.
 */
final class PacedLoad {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int NANOS_PER_MICRO = 1000;
    private static final int SIGNIFICANT_DIGITS = 3;

    private PacedLoad() {}

    /**
     * Loads that port of 127.0.0.1.
     *
     * @param rate requests per second, of all clients together
     * @return latencies in microseconds, corrected for coordinated omission
     */
    static Histogram run(int port, int clients, double rate, Duration time) throws IOException, InterruptedException {
        long interval = (long) (clients / rate * NANOS_PER_SECOND);
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            long start = System.nanoTime();
            List<Future<Histogram>> results = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                long first = start + i * interval / clients;
                results.add(threads.submit(() -> ask(port, first, interval, start + time.toNanos())));
            }
            Histogram sum = new Histogram(SIGNIFICANT_DIGITS);
            for (Future<Histogram> result : results) {
                sum.add(result.get());
            }
            return sum;
        } catch (ExecutionException e) {
            throw new IOException("a request failed: " + e.getCause(), e.getCause());
        } finally {
            threads.shutdown();
        }
    }

    private static Histogram ask(int port, long first, long interval, long end) throws IOException {
        Histogram latencies = new Histogram(SIGNIFICANT_DIGITS);
        try (HttpConnection connection = new HttpConnection(port)) {
            ask(connection); // it has been accepted, and is not part of what is measured
            for (long due = first; due - end < 0; due += interval) {
                for (long early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
                    LockSupport.parkNanos(early);
                }
                long sent = System.nanoTime();
                ask(connection);
                long taken = System.nanoTime() - sent;
                latencies.recordValueWithExpectedInterval(taken / NANOS_PER_MICRO, interval / NANOS_PER_MICRO);
                due += taken / interval * interval; // those that it has missed are counted
            }
        }
        return latencies;
    }

    private static void ask(HttpConnection connection) throws IOException {
        connection.send("/", false, 1);
        connection.receive();
    }
}
