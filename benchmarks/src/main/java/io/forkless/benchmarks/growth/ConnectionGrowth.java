package io.forkless.benchmarks.growth;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.harness.Charts;
import io.forkless.benchmarks.harness.Names;
import io.forkless.benchmarks.harness.Report;
import io.forkless.benchmarks.harness.Series;
import io.forkless.benchmarks.harness.Table;
import io.forkless.benchmarks.service.Memory;
import io.forkless.benchmarks.service.ProcessService;
import io.forkless.benchmarks.service.Rounds;
import io.forkless.benchmarks.service.Service;
import io.forkless.benchmarks.service.Services;
import io.forkless.benchmarks.service.Wrk;
import io.forkless.testing.load.Connections;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What open connections cost, in memory while they are idle, and in speed while all of them are busy. */
final class ConnectionGrowth {
    private static final int WORKERS = 2;
    private static final int KIB_PER_MIB = 1024;

    /** What a collection has to free for another one to be worth while. */
    private static final double SETTLED_MEBIBYTES = 0.5;

    /**
     * The heap is made to follow what is in use, so that the memory of a process tells that. Its limit is what 10,000 busy
     * connections of one Jetty take; with 512 MiB it is out of memory at 5,000.
     */
    private static final List<String> JVM_OPTIONS =
            List.of("-Xms16m", "-Xmx4g", "-XX:MinHeapFreeRatio=5", "-XX:MaxHeapFreeRatio=10");

    /** What a server has open besides connections. */
    private static final int OTHER_DESCRIPTORS = 500;

    private final Bench bench;
    private final Services services;

    ConnectionGrowth(Bench bench) {
        this.bench = bench;
        services = new Services(bench);
    }

    void run(Report report) throws Exception {
        List<Integer> wanted = bench.quick() ? List.of(1000) : List.of(100, 1000, 5000, 10_000);
        long limit = Footprint.descriptorLimit();
        List<Integer> counts = wanted.stream()
                .filter(count -> count <= limit - OTHER_DESCRIPTORS)
                .toList();
        report.add("### Open connections");
        if (counts.size() < wanted.size()) {
            report.add("**`ulimit -n` is %d: left out are %s connections.**"
                    .formatted(
                            limit,
                            wanted.stream().filter(c -> !counts.contains(c)).toList()));
        }
        try (Rounds rounds = new Rounds()) {
            ProcessService forkless =
                    services.forkless(WORKERS, services.app(Services.java(), JVM_OPTIONS, "--listener", "shared"));
            rounds.add(Names.FORKLESS, forkless);
            ProcessService plain = services.alone(services.app(Services.java(), JVM_OPTIONS, "--listener", "plain"));
            rounds.add(Names.PLAIN, plain);
            rounds.measure(bench.quick() ? 1 : 2, service -> load(service, 64)); // the JVMs compile first
            memory(forkless, plain, counts, report);
            speed(rounds, counts, report);
        }
    }

    private void memory(ProcessService forkless, ProcessService plain, List<Integer> counts, Report report)
            throws IOException, InterruptedException {
        report.add(
                "Idle: each has been used once, and garbage is collected before memory (PSS, MiB) is read. `Forkless` has"
                        + " " + WORKERS + " workers, `plain` is one server alone.");
        List<ProcessHandle> supervisor = List.of(forkless.handle());
        List<ProcessHandle> workers = forkless.processes().stream()
                .filter(process -> !supervisor.contains(process))
                .toList();
        List<Integer> all = Stream.concat(Stream.of(0), counts.stream()).toList();
        Map<Double, Series> ofSupervisor = new TreeMap<>();
        Map<Double, Series> ofWorkers = grow(forkless.port(), workers, supervisor, all, ofSupervisor);
        Map<Double, Series> ofPlain = grow(plain.port(), plain.processes(), List.of(), all, new TreeMap<>());
        Table table = new Table(
                "connections", "workers, each connection, KiB", "plain, KiB", "workers", "plain", "supervisor");
        for (double count : ofWorkers.keySet()) {
            table.row(
                    "%.0f".formatted(count),
                    each(ofWorkers, count),
                    each(ofPlain, count),
                    ofWorkers.get(count).format("%.1f"),
                    ofPlain.get(count).format("%.1f"),
                    ofSupervisor.get(count).format("%.1f"));
        }
        report.add(table);
        Map<String, Map<Double, Series>> lines = new LinkedHashMap<>();
        lines.put(Names.FORKLESS, ofWorkers);
        lines.put(Names.PLAIN, ofPlain);
        lines.put("supervisor", ofSupervisor);
        report.add("memory of connections", Charts.lines("Idle connections", "connections", "PSS, MiB", lines));
    }

    private static String each(Map<Double, Series> memory, double count) {
        double growth = memory.get(count).median() - memory.get(0.0).median();
        return count == 0 ? "" : "%.1f".formatted(growth * KIB_PER_MIB / count);
    }

    private static Map<Double, Series> grow(
            int port,
            List<ProcessHandle> servers,
            List<ProcessHandle> supervisor,
            List<Integer> counts,
            Map<Double, Series> ofSupervisor)
            throws IOException, InterruptedException {
        Map<Double, Series> memory = new TreeMap<>();
        try (Connections connections = Connections.open(port, 0)) {
            for (int count : counts) {
                connections.growTo(port, count);
                memory.put((double) count, Series.of(shrunk(servers)));
                ofSupervisor.put((double) count, Series.of(Memory.of(supervisor).pss()));
            }
        }
        return memory;
    }

    /** Their memory without garbage, in MiB: a heap shrinks only as far as the collection before has found it empty. */
    private static double shrunk(List<ProcessHandle> servers) throws IOException, InterruptedException {
        double before;
        double now = Double.MAX_VALUE;
        do {
            before = now;
            collectGarbage(servers);
            now = Memory.of(servers).pss();
        } while (now < before - SETTLED_MEBIBYTES);
        return now;
    }

    private static void collectGarbage(List<ProcessHandle> servers) throws IOException, InterruptedException {
        Path jcmd = Services.java().resolveSibling("jcmd");
        for (ProcessHandle server : servers) {
            Process process = new ProcessBuilder(jcmd.toString(), Long.toString(server.pid()), "GC.run")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor() != 0) {
                throw new IOException("jcmd " + server.pid() + " GC.run: exit status " + process.exitValue());
            }
        }
    }

    private void speed(Rounds rounds, List<Integer> counts, Report report) throws Exception {
        report.add("Busy: all of them ask again and again.");
        Table table = new Table(
                "connections",
                "requests/s, Forkless : plain",
                "Forkless",
                Names.PLAIN,
                "p99, ms, Forkless",
                Names.PLAIN,
                "failures");
        Map<String, Map<Double, Series>> rates = new LinkedHashMap<>();
        for (int count : counts) {
            Map<String, Map<String, Series>> results =
                    rounds.measure(Math.min(3, bench.rounds()), service -> load(service, count));
            Map<String, Series> forkless = results.get(Names.FORKLESS);
            Map<String, Series> plain = results.get(Names.PLAIN);
            table.row(
                    Integer.toString(count),
                    forkless.get("rate").ratioTo(plain.get("rate")).format("%.2f"),
                    forkless.get("rate").format("%.0f"),
                    plain.get("rate").format("%.0f"),
                    forkless.get("p99").format("%.1f"),
                    plain.get("p99").format("%.1f"),
                    String.format(
                            Locale.ROOT,
                            "%.0f, %.0f",
                            forkless.get("failures").max(),
                            plain.get("failures").max()));
            results.forEach((name, figures) ->
                    rates.computeIfAbsent(name, key -> new TreeMap<>()).put((double) count, figures.get("rate")));
        }
        report.add(table);
        report.add("speed", Charts.lines("Busy connections", "connections", "requests/s", rates));
    }

    private Map<String, Double> load(Service service, int connections) throws IOException, InterruptedException {
        Wrk wrk = Wrk.load(service.port(), connections, false, bench.window());
        return Map.of("rate", wrk.requestsPerSecond(), "p99", wrk.p99(), "failures", (double) wrk.failures());
    }
}
