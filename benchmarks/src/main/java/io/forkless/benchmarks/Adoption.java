package io.forkless.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** What it costs a single worker that its listener is a shared one: the adapter against the server as it is. */
final class Adoption implements Experiment {
    private static final int CONNECTIONS = 32;

    @Override
    public String name() {
        return "adoption";
    }

    @Override
    public void run(Bench bench, Report report) throws Exception {
        report.add("## The cost of adoption: one worker against the same server alone");
        Services services = new Services(bench);
        for (String server : List.of("jetty", "undertow")) {
            try (Rounds rounds = new Rounds()) {
                rounds.add("plain", services.alone("--server", server, "--listener", "plain"));
                rounds.add("adapter", services.forkless(1, "--server", server, "--listener", "shared"));
                for (boolean close : List.of(false, true)) {
                    measure(rounds, service -> load(service, close, bench), bench);
                    Map<String, Map<String, Series>> results =
                            rounds.measure(bench.rounds(), service -> load(service, close, bench));
                    report.add("### " + server + (close ? ", a connection per request" : ", keep-alive"));
                    report.add(table(results));
                }
            }
        }
    }

    /** The JVMs compile first. */
    private static void measure(Rounds rounds, Rounds.Measurement load, Bench bench) throws Exception {
        rounds.measure(bench.quick() ? 1 : 2, load);
    }

    private static Map<String, Double> load(Service service, boolean close, Bench bench)
            throws IOException, InterruptedException {
        Wrk wrk = Wrk.load(service.port(), CONNECTIONS, close, bench.window());
        return Map.of("rate", wrk.requestsPerSecond(), "p50", wrk.p50(), "p99", wrk.p99());
    }

    private static String table(Map<String, Map<String, Series>> results) {
        Table table = new Table("", "adapter : plain", "plain", "adapter");
        Map<String, Series> plain = results.get("plain");
        Map<String, Series> adapter = results.get("adapter");
        Map<String, String> figures = Map.of("rate", "requests/s", "p50", "p50, ms", "p99", "p99, ms");
        for (String figure : List.of("rate", "p50", "p99")) {
            String format = figure.equals("rate") ? "%.0f" : "%.2f";
            Series ratio = adapter.get(figure).ratioTo(plain.get(figure));
            table.row(
                    figures.get(figure),
                    ratio.format("%.2f"),
                    plain.get(figure).format(format),
                    adapter.get(figure).format(format));
        }
        return table.toString();
    }
}
