package io.forkless.benchmarks.processes;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.harness.Report;
import io.forkless.benchmarks.harness.Series;
import io.forkless.benchmarks.harness.Table;
import io.forkless.benchmarks.service.CpuTime;
import io.forkless.benchmarks.service.Memory;
import io.forkless.benchmarks.service.Rounds;
import io.forkless.benchmarks.service.Service;
import io.forkless.benchmarks.service.Services;
import io.forkless.benchmarks.service.Wrk;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/**
 * About ten milliseconds of a processor per request, by one process and by two.
 *
 * @param work the server program's {@code --work}
 * @param title what that is
 * @param reason why one side wins, or neither
 */
record ProcessorBound(String work, String title, String reason) {
    private static final String ALONE = "alone";
    private static final String ONE = "1 worker";
    private static final String TWO = "2 workers";

    /** Few, for the client needs a processor, too; but enough for every worker to have several. */
    private static final int CONNECTIONS = 8;

    static final String RATE = "requests/s";
    private static final String P50 = "p50, ms";
    private static final String P99 = "p99, ms";
    private static final String COST = "processor ms/request";
    private static final String MEMORY = "memory of all (PSS), MiB";

    /** The figures of each contender. */
    Map<String, Map<String, Series>> run(Bench bench, Report report) throws Exception {
        Duration window = bench.quick() ? bench.window() : Duration.ofSeconds(2);
        Services services = new Services(bench);
        try (Rounds rounds = new Rounds()) {
            if (!bench.quick()) {
                rounds.add(ALONE, services.alone("--work", work, "--listener", "plain"));
            }
            rounds.add(ONE, services.forkless(1, "--work", work));
            rounds.add(TWO, services.forkless(2, "--work", work));
            rounds.measure(1, service -> load(service, Duration.ofSeconds(1))); // the JVMs compile first
            Map<String, Map<String, Series>> results = rounds.measure(bench.rounds(), service -> load(service, window));
            report.add("### " + work + ": " + title);
            report.add(table(results));
            report.add(reason);
            return results;
        }
    }

    private static Map<String, Double> load(Service service, Duration window) throws IOException, InterruptedException {
        double before = CpuTime.of(service.processes());
        Wrk wrk = Wrk.load(service.port(), CONNECTIONS, false, window);
        double cost = (CpuTime.of(service.processes()) - before) * 1000 / wrk.requests();
        return Map.of(
                RATE,
                wrk.requestsPerSecond(),
                P50,
                wrk.p50(),
                P99,
                wrk.p99(),
                COST,
                cost,
                MEMORY,
                Memory.of(service.processes()).pss());
    }

    private static String table(Map<String, Map<String, Series>> results) {
        Table table = new Table("", "2 workers : 1 worker", "2 workers : alone", ALONE, ONE, TWO);
        for (String figure : new String[] {RATE, P50, P99, COST, MEMORY}) {
            String format = figure.equals(RATE) || figure.equals(MEMORY) ? "%.0f" : "%.2f";
            Series alone = results.getOrDefault(ALONE, Map.of()).getOrDefault(figure, new Series());
            Series one = results.get(ONE).get(figure);
            Series two = results.get(TWO).get(figure);
            table.row(
                    figure,
                    two.ratioTo(one).format("%.2f"),
                    two.ratioTo(alone).format("%.2f"),
                    alone.format(format),
                    one.format(format),
                    two.format(format));
        }
        return table.toString();
    }
}
