package io.forkless.benchmarks.processes;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.harness.Report;
import io.forkless.benchmarks.harness.Results;
import io.forkless.benchmarks.harness.Results.Column;
import io.forkless.benchmarks.service.CpuTime;
import io.forkless.benchmarks.service.Memory;
import io.forkless.benchmarks.service.Rounds;
import io.forkless.benchmarks.service.Service;
import io.forkless.benchmarks.service.Services;
import io.forkless.benchmarks.service.Wrk;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
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

    private static final String COST = "processor ms/request";
    private static final String MEMORY = "memory of all (PSS), MiB";

    private static final Column[] COLUMNS = {
        Column.of(Wrk.RATE, "%.0f"),
        Column.ratio(Wrk.RATE, ONE),
        Column.ratio(Wrk.RATE, ALONE),
        Column.of(Wrk.P50, "%.2f"),
        Column.of(Wrk.P99, "%.2f"),
        Column.of(COST, "%.2f"),
        Column.of(MEMORY, "%.0f")
    };

    /** The figures of each contender. */
    Results run(Bench bench, Report report) throws Exception {
        Duration window = bench.quick() ? bench.window() : Duration.ofSeconds(2);
        Services services = new Services(bench);
        try (Rounds rounds = new Rounds()) {
            if (!bench.quick()) {
                rounds.add(ALONE, services.alone("--work", work, "--listener", "plain"));
            }
            rounds.add(ONE, services.forkless(1, "--work", work));
            rounds.add(TWO, services.forkless(2, "--work", work));
            rounds.measure(1, service -> load(service, Duration.ofSeconds(1))); // the JVMs compile first
            Results results = rounds.measure(bench.rounds(), service -> load(service, window));
            report.add("### " + work + ": " + title);
            report.add(results.table(COLUMNS));
            report.add(reason);
            return results;
        }
    }

    private static Map<String, Double> load(Service service, Duration window) throws IOException, InterruptedException {
        CpuTime cpu = CpuTime.startOf(service);
        Wrk wrk = Wrk.load(service.port(), CONNECTIONS, false, window);
        Map<String, Double> figures = new HashMap<>(wrk.figures());
        figures.put(COST, cpu.seconds() * 1000 / wrk.requests());
        figures.put(MEMORY, Memory.pss(service.processes()));
        return figures;
    }
}
