package io.forkless.benchmarks.adoption;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.harness.Charts;
import io.forkless.benchmarks.harness.Experiment;
import io.forkless.benchmarks.harness.Names;
import io.forkless.benchmarks.harness.Report;
import io.forkless.benchmarks.harness.Results;
import io.forkless.benchmarks.harness.Results.Column;
import io.forkless.benchmarks.service.Rounds;
import io.forkless.benchmarks.service.Services;
import io.forkless.benchmarks.service.Wrk;
import java.util.List;

/** What it costs a single worker that its listener is a shared one: the adapter against the server as it is. */
public final class Adoption implements Experiment {
    private static final int CONNECTIONS = 32;
    private static final String ADAPTER = "adapter";
    private static final Column[] COLUMNS = {
        Column.of(Wrk.RATE, "%.0f"),
        Column.ratio(Wrk.RATE, Names.PLAIN),
        Column.of(Wrk.P50, "%.2f"),
        Column.ratio(Wrk.P50, Names.PLAIN),
        Column.of(Wrk.P99, "%.2f"),
        Column.ratio(Wrk.P99, Names.PLAIN),
        Column.of(Wrk.FAILURES, "%.0f")
    };

    @Override
    public String name() {
        return "adoption";
    }

    @Override
    public void run(Bench bench, Report report) throws Exception {
        report.add("## The cost of adoption: one worker against the same server alone");
        report.add("`%s` is an ordinary server in a JVM of its own; `%s` is the same program under a supervisor, with a"
                        .formatted(Names.PLAIN, ADAPTER)
                + " listener that was handed over. Both have the same JVM options and take turns under the same load of "
                + CONNECTIONS + " connections from one thread of wrk.");
        Results keptAlive = new Results();
        Results closing = new Results();
        Services services = new Services(bench);
        List<String> servers = bench.quick() ? List.of("jetty") : List.of("jetty", "undertow");
        for (String server : servers) {
            try (Rounds rounds = new Rounds()) {
                rounds.add(Names.PLAIN, services.alone("--server", server, "--listener", "plain"));
                rounds.add(ADAPTER, services.forkless(1, "--server", server, "--listener", "shared"));
                measure(rounds, bench, report, server, false, keptAlive);
                measure(rounds, bench, report, server, true, closing);
            }
        }
        chart(report, "keep-alive", keptAlive, servers);
        chart(report, "a connection per request", closing, servers);
    }

    private static void measure(Rounds rounds, Bench bench, Report report, String server, boolean close, Results rates)
            throws Exception {
        if (!close || !bench.quick()) {
            rounds.measure(
                    2,
                    service -> Wrk.load(service.port(), CONNECTIONS, close, bench.window())
                            .figures()); // the JVMs compile first
        }
        Results results = rounds.measure(
                bench.rounds(),
                service -> Wrk.load(service.port(), CONNECTIONS, close, bench.window())
                        .figures());
        report.add("### " + server + (close ? ", a connection per request" : ", keep-alive"));
        report.add(results.table(COLUMNS));
        rates.addAll(results, Wrk.RATE, server);
    }

    private static void chart(Report report, String load, Results rates, List<String> servers) throws Exception {
        report.add(load, Charts.bars("Requests per second of one worker, " + load, Wrk.RATE, rates, servers, "#,##0"));
    }
}
