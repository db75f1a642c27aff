package io.forkless.benchmarks.adoption;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.harness.Charts;
import io.forkless.benchmarks.harness.Experiment;
import io.forkless.benchmarks.harness.Names;
import io.forkless.benchmarks.harness.Report;
import io.forkless.benchmarks.harness.Series;
import io.forkless.benchmarks.harness.Table;
import io.forkless.benchmarks.service.Rounds;
import io.forkless.benchmarks.service.Service;
import io.forkless.benchmarks.service.Services;
import io.forkless.benchmarks.service.Wrk;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What it costs a single worker that its listener is a shared one: the adapter against the server as it is. */
public final class Adoption implements Experiment {
    private static final int CONNECTIONS = 32;
    private static final String ADAPTER = "adapter";

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
        Map<String, Map<String, Series>> keptAlive = new LinkedHashMap<>();
        Map<String, Map<String, Series>> closing = new LinkedHashMap<>();
        Services services = new Services(bench);
        for (String server : bench.quick() ? List.of("jetty") : List.of("jetty", "undertow")) {
            try (Rounds rounds = new Rounds()) {
                rounds.add(Names.PLAIN, services.alone("--server", server, "--listener", "plain"));
                rounds.add(ADAPTER, services.forkless(1, "--server", server, "--listener", "shared"));
                rounds.measure(2, service -> load(service, false, bench)); // the JVMs compile first
                for (boolean close : List.of(false, true)) {
                    if (close && !bench.quick()) {
                        rounds.measure(2, service -> load(service, true, bench));
                    }
                    Map<String, Map<String, Series>> results =
                            rounds.measure(bench.rounds(), service -> load(service, close, bench));
                    report.add("### " + server + (close ? ", a connection per request" : ", keep-alive"));
                    report.add(table(results));
                    results.forEach((contender, figures) -> (close ? closing : keptAlive)
                            .computeIfAbsent(contender, key -> new LinkedHashMap<>())
                            .put(server, figures.get("rate")));
                }
            }
        }
        chart(report, "keep-alive", keptAlive);
        chart(report, "a connection per request", closing);
    }

    private static void chart(Report report, String load, Map<String, Map<String, Series>> rates) throws IOException {
        String title = "Requests per second of one worker, " + load;
        List<String> servers = List.copyOf(rates.get(Names.PLAIN).keySet());
        report.add(load, Charts.bars(title, "requests/s", rates, servers, "%,.0f"));
    }

    private static Map<String, Double> load(Service service, boolean close, Bench bench)
            throws IOException, InterruptedException {
        Wrk wrk = Wrk.load(service.port(), CONNECTIONS, close, bench.window());
        return Map.of("rate", wrk.requestsPerSecond(), "p50", wrk.p50(), "p99", wrk.p99(), "failures", (double)
                wrk.failures());
    }

    private static String table(Map<String, Map<String, Series>> results) {
        Map<String, Series> plain = results.get(Names.PLAIN);
        Map<String, Series> adapter = results.get(ADAPTER);
        Table table = new Table("", ADAPTER + " : " + Names.PLAIN, Names.PLAIN, ADAPTER);
        row(table, "requests/s", "rate", "%.0f", plain, adapter);
        row(table, "p50, ms", "p50", "%.2f", plain, adapter);
        row(table, "p99, ms", "p99", "%.2f", plain, adapter);
        table.row(
                "failures",
                "",
                plain.get("failures").format("%.0f"),
                adapter.get("failures").format("%.0f"));
        return table.toString();
    }

    private static void row(
            Table table,
            String title,
            String figure,
            String format,
            Map<String, Series> plain,
            Map<String, Series> adapter) {
        table.row(
                title,
                adapter.get(figure).ratioTo(plain.get(figure)).format("%.2f"),
                plain.get(figure).format(format),
                adapter.get(figure).format(format));
    }
}
