package io.forkless.benchmarks.ports;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.harness.Charts;
import io.forkless.benchmarks.harness.Experiment;
import io.forkless.benchmarks.harness.Names;
import io.forkless.benchmarks.harness.Report;
import io.forkless.benchmarks.harness.Results;
import io.forkless.benchmarks.harness.Results.Column;
import io.forkless.benchmarks.harness.Table;
import io.forkless.benchmarks.service.CpuTime;
import io.forkless.benchmarks.service.Resources;
import io.forkless.benchmarks.service.Rounds;
import io.forkless.benchmarks.service.Service;
import io.forkless.benchmarks.service.Wrk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Ways to put several processes on one port: what a request costs, and how evenly the processes get them. */
public final class Ports implements Experiment {
    private static final int WORKERS = 4;
    private static final int CONNECTIONS = 64;
    private static final Duration CLOSING_WARM_UP = Duration.ofSeconds(15);

    private static final String KEEP_ALIVE = "keep-alive: ";
    private static final String CLOSING = "a connection per request: ";
    private static final String CPU = "CPU s per 1000";
    private static final String SEQUENTIAL = "sequential";
    private static final String SATURATED = "saturated";
    private static final String BURST = "burst";
    private static final String BURST_SHARE = "burst, of its share";

    @Override
    public String name() {
        return "ports";
    }

    @Override
    public void run(Bench bench, Report report) throws Exception {
        report.add("## Ways to put " + WORKERS + " processes on one port");
        report.add(
                "The same server each time, with the same JVM options: accepting from the shared socket of a supervisor,"
                        + " from sockets of its own on the same port, or behind a proxy that has a thread or a process per"
                        + " processor and keeps its connections. Node, with the same answer, is an outsider. Processor time is"
                        + " that of all processes that take part, the load generator's excepted.");
        Ways ways = new Ways(bench, WORKERS);
        try (Rounds rounds = new Rounds()) {
            ways.start(rounds);
            Path script = Resources.copy("ports/answers.lua", bench.temporary(), Map.of());
            warmUp(rounds, bench);
            Results results = rounds.measure(bench.rounds(), service -> {
                Map<String, Double> figures = load(service, bench, script);
                figures.put(
                        SEQUENTIAL, Spread.sequential(service.port(), WORKERS).maxToMin());
                Spread burst = Spread.burst(service.port(), WORKERS);
                figures.put(BURST_SHARE, burst.maxToFair());
                figures.put(BURST, burst.maxToMin());
                return figures;
            });
            write(results, ways.missing(), report);
        }
    }

    private static void write(Results results, List<String> missing, Report report) throws IOException {
        for (String load : List.of(KEEP_ALIVE, CLOSING)) {
            report.add("### " + load.replace(":", "").strip());
            add(
                    report,
                    missing,
                    results.table(
                            Column.of(load + CPU, "%.3f"),
                            Column.ratio(load + CPU, Names.FORKLESS),
                            Column.of(load + Wrk.RATE, "%.0f"),
                            Column.of(load + Wrk.P99, "%.2f")));
        }
        report.add("### Spread over the workers");
        report.add(
                "`%s`: 400 connections one after the other; `%s`: under closing load; `%s`: 64 connections opened at once and"
                                .formatted(SEQUENTIAL, SATURATED, BURST)
                        + " kept, of five bursts the worst. All are maximum : minimum, and `%s` is maximum : fair share."
                                .formatted(BURST_SHARE));
        add(
                report,
                missing,
                results.table(
                        Column.of(SEQUENTIAL, "%.2f"),
                        Column.of(SATURATED, "%.2f"),
                        Column.of(BURST, "%.2f"),
                        Column.of(BURST_SHARE, "%.2f"),
                        Column.of(Wrk.FAILURES, "%.0f")));
        report.add(
                "processor time",
                Charts.bars(
                        "Processor time per 1000 requests",
                        "s",
                        results,
                        List.of(KEEP_ALIVE + CPU, CLOSING + CPU),
                        "0.000"));
        report.add(
                "spread",
                Charts.bars(
                        "Busiest worker : least busy",
                        "ratio",
                        results,
                        List.of(SEQUENTIAL, SATURATED, BURST, BURST_SHARE),
                        "0.00"));
    }

    private static void add(Report report, List<String> missing, Table table) {
        missing.forEach(way -> table.without(way, "not installed"));
        report.add(table);
    }

    /** The JVMs compile first; with a connection per request each of several takes long to have had enough of them. */
    private static void warmUp(Rounds rounds, Bench bench) throws Exception {
        rounds.measure(1, service -> {
            Wrk.load(service.port(), CONNECTIONS, false, bench.window());
            if (!bench.quick()) {
                Wrk.load(service.port(), CONNECTIONS, true, CLOSING_WARM_UP);
            }
            return Map.of();
        });
    }

    private static Map<String, Double> load(Service service, Bench bench, Path script)
            throws IOException, InterruptedException {
        Map<String, Double> figures = new HashMap<>();
        load(service, bench, KEEP_ALIVE, figures);
        String output = load(service, bench, CLOSING, figures, "-s", script.toString());
        figures.put(SATURATED, Spread.parse(output, WORKERS).maxToMin());
        return figures;
    }

    private static String load(
            Service service, Bench bench, String load, Map<String, Double> figures, String... options)
            throws IOException, InterruptedException {
        CpuTime cpu = CpuTime.startOf(service);
        String output = Wrk.run(service.port(), CONNECTIONS, load.equals(CLOSING), bench.window(), options);
        double seconds = cpu.seconds();
        Wrk wrk = Wrk.parse(output);
        figures.put(load + CPU, seconds / wrk.requests() * 1000);
        figures.put(load + Wrk.RATE, wrk.requestsPerSecond());
        figures.put(load + Wrk.P99, wrk.p99());
        figures.merge(Wrk.FAILURES, (double) wrk.failures(), Double::sum);
        return output;
    }
}
