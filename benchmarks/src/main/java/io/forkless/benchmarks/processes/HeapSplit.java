package io.forkless.benchmarks.processes;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.harness.Report;
import io.forkless.benchmarks.harness.Results;
import io.forkless.benchmarks.harness.Results.Column;
import io.forkless.benchmarks.service.Rounds;
import io.forkless.benchmarks.service.Service;
import io.forkless.benchmarks.service.Services;
import io.forkless.benchmarks.service.Wrk;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * One large heap against several small ones of the same total, each half full of what lives long.
 *
 * @param collector what the table is called
 * @param option of the JVM that chooses it; none: the JVM chooses
 */
record HeapSplit(String collector, List<String> option) {
    private static final int TOTAL_MEBIBYTES = 1600;
    private static final int QUICK_TOTAL_MEBIBYTES = 800;
    private static final int CLIENTS = 16;

    /** Of what the slowest contender can take: each one has time left for its collections. */
    private static final double SHARE_OF_CAPACITY = 0.4;

    private static final String ALONE = "alone";
    private static final String RATE = "most requests/s";
    private static final String P999 = "p99.9, ms";
    static final String STALL = "longest stall, ms";

    /** The figures of each contender. */
    Results run(Bench bench, Report report) throws Exception {
        int total = bench.quick() ? QUICK_TOTAL_MEBIBYTES : TOTAL_MEBIBYTES;
        Services services = new Services(bench);
        try (Rounds rounds = new Rounds()) {
            if (!bench.quick()) {
                rounds.add(ALONE, services.alone(command(services, total, "plain")));
            }
            for (int workers : bench.quick() ? List.of(1, 2) : List.of(1, 2, 4)) {
                rounds.add(
                        heaps(workers, total),
                        services.forkless(workers, command(services, total / workers, "shared")));
            }
            double rate = SHARE_OF_CAPACITY * leastCapacity(rounds);
            Results results = rounds.measure(bench.rounds(), service -> load(service, rate, bench));
            report.add("### garbage: %s, %d MiB of heap in all, %d MiB of it alive"
                    .formatted(collector, total, total / 2));
            report.add("Latencies at %.0f requests/s, sent on schedule from %d connections.".formatted(rate, CLIENTS));
            String single = heaps(1, total);
            report.add(results.table(
                    Column.of(STALL, "%.0f"),
                    Column.ratio(STALL, single),
                    Column.of(P999, "%.1f"),
                    Column.of(Wrk.P99, "%.1f"),
                    Column.of(Wrk.P50, "%.2f"),
                    Column.of(RATE, "%.0f"),
                    Column.ratio(RATE, single)));
            return results;
        }
    }

    private List<String> command(Services services, int heap, String listener) {
        List<String> jvm = new ArrayList<>(option);
        jvm.addAll(List.of("-Xms" + heap + "m", "-Xmx" + heap + "m"));
        String live = Integer.toString(heap / 2);
        return services.app(Services.java(), jvm, "--work", "garbage", "--live", live, "--listener", listener);
    }

    private static String heaps(int workers, int total) {
        return workers + " × " + total / workers + " MiB";
    }

    /** The first measurement also makes the JVMs compile, and its figures are too low. */
    private static double leastCapacity(Rounds rounds) throws Exception {
        Results results = rounds.measure(2, service -> Map.of(RATE, capacity(service, 1)));
        return results.contenders().stream()
                .mapToDouble(contender -> results.get(contender, RATE).max())
                .min()
                .orElseThrow();
    }

    private static double capacity(Service service, int seconds) throws IOException, InterruptedException {
        return Wrk.load(service.port(), CLIENTS, false, Duration.ofSeconds(seconds))
                .requestsPerSecond();
    }

    private static Map<String, Double> load(Service service, double rate, Bench bench)
            throws IOException, InterruptedException {
        double capacity = capacity(service, bench.quick() ? 1 : 2);
        Histogram micros = PacedLoad.run(service.port(), CLIENTS, rate, bench.window());
        return Map.of(
                RATE,
                capacity,
                Wrk.P50,
                micros.getValueAtPercentile(50) / 1000.0,
                Wrk.P99,
                micros.getValueAtPercentile(99) / 1000.0,
                P999,
                micros.getValueAtPercentile(99.9) / 1000.0,
                STALL,
                micros.getMaxValue() / 1000.0);
    }
}
