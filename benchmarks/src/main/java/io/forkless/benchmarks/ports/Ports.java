package io.forkless.benchmarks.ports;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.harness.Experiment;
import io.forkless.benchmarks.harness.Report;
import io.forkless.benchmarks.harness.Series;
import io.forkless.benchmarks.service.CpuTime;
import io.forkless.benchmarks.service.Resources;
import io.forkless.benchmarks.service.Rounds;
import io.forkless.benchmarks.service.Service;
import io.forkless.benchmarks.service.Wrk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Ways to put several processes on one port: what a request costs, and how evenly the processes get them. */
public final class Ports implements Experiment {
    private static final int WORKERS = 4;
    private static final int CONNECTIONS = 64;
    private static final Duration CLOSING_WARM_UP = Duration.ofSeconds(15);

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
            Map<String, Map<String, Series>> results = rounds.measure(bench.rounds(), service -> {
                Map<String, Double> figures = load(service, bench, script);
                spread(service, figures);
                return figures;
            });
            PortsReport tables = new PortsReport(results, ways.missing());
            tables.write(report);
            if (!bench.quick()) {
                tables.writeGoals(report); // a direction neither meets nor misses them
            }
        }
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
        Map<String, Double> figures = new LinkedHashMap<>();
        load(service, bench, false, figures);
        String output = load(service, bench, true, figures, "-s", script.toString());
        figures.put("saturated", Spread.parse(output, WORKERS).maxToMin());
        return figures;
    }

    private static String load(
            Service service, Bench bench, boolean close, Map<String, Double> figures, String... options)
            throws IOException, InterruptedException {
        CpuTime cpu = CpuTime.startOf(service);
        String output = Wrk.run(service.port(), CONNECTIONS, close, bench.window(), options);
        double seconds = cpu.seconds();
        Wrk wrk = Wrk.parse(output);
        String load = close ? "closing " : "keep-alive ";
        figures.put(load + "rate", wrk.requestsPerSecond());
        figures.put(load + "cpu", seconds / wrk.requests() * 1000);
        figures.put(load + "p99", wrk.p99());
        figures.merge("failures", (double) wrk.failures(), Double::sum);
        return output;
    }

    private static void spread(Service service, Map<String, Double> figures) throws IOException, InterruptedException {
        figures.put("sequential", Spread.sequential(service.port(), WORKERS).maxToMin());
        Spread burst = Spread.burst(service.port(), WORKERS);
        figures.put("burst fair", burst.maxToFair());
        figures.put("burst", burst.maxToMin());
    }
}
