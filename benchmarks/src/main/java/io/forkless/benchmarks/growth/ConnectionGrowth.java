package io.forkless.benchmarks.growth;

import com.sun.management.UnixOperatingSystemMXBean;
import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.harness.Charts;
import io.forkless.benchmarks.harness.Names;
import io.forkless.benchmarks.harness.Report;
import io.forkless.benchmarks.harness.Results;
import io.forkless.benchmarks.harness.Results.Column;
import io.forkless.benchmarks.service.Memory;
import io.forkless.benchmarks.service.ProcessService;
import io.forkless.benchmarks.service.Rounds;
import io.forkless.benchmarks.service.Services;
import io.forkless.benchmarks.service.Wrk;
import io.forkless.testing.load.Connections;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.Stream;

/** What open connections cost, in memory while they are idle, and in speed while all of them are busy. */
final class ConnectionGrowth {
    private static final int WORKERS = 2;
    private static final int KIB_PER_MIB = 1024;
    private static final String SUPERVISOR = "supervisor";
    private static final String EACH = ", each connection, KiB";

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
        report.add("### Open connections");
        List<Integer> counts = counts(report);
        try (Rounds rounds = new Rounds()) {
            ProcessService forkless =
                    services.forkless(WORKERS, services.app(Services.java(), JVM_OPTIONS, "--listener", "shared"));
            rounds.add(Names.FORKLESS, forkless);
            ProcessService plain = services.alone(services.app(Services.java(), JVM_OPTIONS, "--listener", "plain"));
            rounds.add(Names.PLAIN, plain);
            measure(rounds, bench.quick() ? 1 : 2, 64); // the JVMs compile first
            memory(forkless, plain, counts, report);
            speed(rounds, counts, report);
        }
    }

    /** As many as a process may have descriptors; a JVM raises that to what it is allowed, and so do its children. */
    private List<Integer> counts(Report report) {
        List<Integer> wanted = bench.quick() ? List.of(1000) : List.of(100, 1000, 5000, 10_000);
        var system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long limit = system.getMaxFileDescriptorCount();
        List<Integer> possible = wanted.stream()
                .filter(count -> count <= limit - OTHER_DESCRIPTORS)
                .toList();
        if (possible.size() < wanted.size()) {
            report.add("**`ulimit -n` is %d: left out is what comes after %s of %s connections.**"
                    .formatted(limit, possible, wanted));
        }
        return possible;
    }

    private void memory(ProcessService forkless, ProcessService plain, List<Integer> counts, Report report)
            throws Exception {
        report.add(
                "Idle: each has been used once, and garbage is collected before memory (PSS, MiB) is read. `%s` are the %d"
                                .formatted(Names.FORKLESS, WORKERS)
                        + " workers, `plain` is one server alone.");
        List<Integer> all = Stream.concat(Stream.of(0), counts.stream()).toList();
        Results memory = new Results();
        try (Connections connections = Connections.open(forkless.port(), 0)) {
            for (int count : all) {
                connections.growTo(forkless.port(), count);
                add(memory, Names.FORKLESS, count, shrunk(forkless.workers()));
                memory.add(Integer.toString(count), SUPERVISOR, Memory.pss(List.of(forkless.handle())));
            }
        }
        try (Connections connections = Connections.open(plain.port(), 0)) {
            for (int count : all) {
                connections.growTo(plain.port(), count);
                add(memory, Names.PLAIN, count, shrunk(plain.processes()));
            }
        }
        report.add(memory.table(
                Column.of(Names.FORKLESS + EACH, "%.1f"),
                Column.of(Names.PLAIN + EACH, "%.1f"),
                Column.of(Names.FORKLESS, "%.1f"),
                Column.of(Names.PLAIN, "%.1f"),
                Column.of(SUPERVISOR, "%.1f")));
        List<String> names = all.stream().map(String::valueOf).toList();
        report.add(
                "memory of connections",
                Charts.bars(
                        "Memory by the number of idle connections",
                        "MiB",
                        memory.transposed(Names.FORKLESS, Names.PLAIN, SUPERVISOR),
                        names,
                        "0"));
    }

    /** The memory with so many connections, and what each of them takes of it. */
    private static void add(Results memory, String name, int count, double used) {
        memory.add(Integer.toString(count), name, used);
        if (count > 0) {
            double growth = used - memory.get("0", name).median();
            memory.add(Integer.toString(count), name + EACH, growth * KIB_PER_MIB / count);
        }
    }

    /** Their memory without garbage, in MiB: a heap shrinks only as far as the collection before has found it empty. */
    private static double shrunk(List<ProcessHandle> servers) throws IOException, InterruptedException {
        double before;
        double now = Double.MAX_VALUE;
        do {
            before = now;
            for (ProcessHandle server : servers) {
                Services.tool("jcmd", Long.toString(server.pid()), "GC.run");
            }
            now = Memory.pss(servers);
        } while (now < before - SETTLED_MEBIBYTES);
        return now;
    }

    private void speed(Rounds rounds, List<Integer> counts, Report report) throws Exception {
        report.add("Busy: all of them ask again and again.");
        Results rates = new Results();
        for (int count : counts) {
            Results results = measure(rounds, Math.min(3, bench.rounds()), count);
            report.add(count + " connections:");
            report.add(results.table(
                    Column.ratio(Wrk.RATE, Names.PLAIN),
                    Column.of(Wrk.RATE, "%.0f"),
                    Column.of(Wrk.P99, "%.1f"),
                    Column.of(Wrk.FAILURES, "%.0f")));
            rates.addAll(results, Wrk.RATE, Integer.toString(count));
        }
        List<String> names = counts.stream().map(String::valueOf).toList();
        report.add("speed", Charts.bars("Busy connections", Wrk.RATE, rates, names, "#,##0"));
    }

    private Results measure(Rounds rounds, int times, int connections) throws Exception {
        return rounds.measure(
                times,
                service -> Wrk.load(service.port(), connections, false, bench.window())
                        .figures());
    }
}
