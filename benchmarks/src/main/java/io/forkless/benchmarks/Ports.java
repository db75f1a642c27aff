package io.forkless.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Ways to put several processes on one port: what a request costs, and how evenly the processes get them. */
final class Ports implements Experiment {
    private static final int WORKERS = 4;
    private static final int CONNECTIONS = 64;
    private static final List<String> JVM_OPTIONS = List.of("-Xmx256m");

    /** A JVM that compiles less has done it sooner. */
    private static final List<String> QUICK_JVM_OPTIONS = List.of("-Xmx256m", "-XX:TieredStopAtLevel=1");

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
        List<String> missing = new ArrayList<>();
        try (Rounds rounds = new Rounds()) {
            start(bench, rounds, missing);
            Path script = bench.temporary().resolve("answers.lua");
            Files.writeString(script, Peers.resource("answers.lua"));
            warmUp(rounds, bench, script);
            Map<String, Map<String, Series>> results = rounds.measure(bench.rounds(), service -> {
                Map<String, Double> figures = load(service, bench, script);
                spread(service, figures);
                return figures;
            });
            new PortsReport(results, missing).write(report);
        }
    }

    /** The JVMs compile first. */
    private static void warmUp(Rounds rounds, Bench bench, Path script) throws Exception {
        if (bench.quick()) {
            rounds.measure(1, service -> {
                Wrk.load(service.port(), CONNECTIONS, false, bench.window());
                return Map.of();
            });
        } else {
            rounds.measure(2, service -> load(service, bench, script));
        }
    }

    private static void start(Bench bench, Rounds rounds, List<String> missing) throws Exception {
        Services services = new Services(bench);
        Peers peers = new Peers(bench);
        List<String> jvmOptions = bench.quick() ? QUICK_JVM_OPTIONS : JVM_OPTIONS;
        List<String> worker = services.app(Services.java(), jvmOptions, "--listener", "shared");
        rounds.add(Peers.FORKLESS, services.forkless(WORKERS, worker));
        rounds.add(Peers.REUSEPORT, peers.reusePort(WORKERS, jvmOptions));
        boolean haproxy = installed(Peers.HAPROXY, missing, "haproxy", "-v");
        boolean nginx = installed(Peers.NGINX, missing, "nginx", "-v");
        if (haproxy || nginx) {
            // one set for both: only one is under load at a time
            List<ProcessService> backends = peers.plain(WORKERS, jvmOptions);
            if (haproxy) {
                rounds.add(Peers.HAPROXY, peers.haproxy(backends));
            }
            if (nginx) {
                rounds.add(Peers.NGINX, peers.nginx(backends));
            }
        }
        if (installed("Node", missing, "node", "--version")) {
            rounds.add(Peers.NODE_ROUND_ROBIN, peers.node(WORKERS, false));
            if (!bench.quick()) {
                rounds.add(Peers.NODE_SHARED, peers.node(WORKERS, true));
            }
        }
    }

    private static boolean installed(String peer, List<String> missing, String... version) {
        if (Machine.versionOf(version) != null) {
            return true;
        }
        missing.add(peer);
        return false;
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
