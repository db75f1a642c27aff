package io.forkless.benchmarks.growth;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.harness.Charts;
import io.forkless.benchmarks.harness.Report;
import io.forkless.benchmarks.harness.Series;
import io.forkless.benchmarks.harness.Table;
import io.forkless.benchmarks.service.CpuTime;
import io.forkless.benchmarks.service.Memory;
import io.forkless.benchmarks.service.ProcessService;
import io.forkless.benchmarks.service.Services;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a supervisor and its workers cost when nobody wants anything: memory, and the time for heartbeats. */
final class WorkerGrowth {
    private static final List<String> JVM_OPTIONS = List.of("-Xmx256m");
    private static final int PERCENT = 100;

    private final Bench bench;
    private final Services services;
    private final Table table = new Table(
            "workers",
            "supervisor CPU, %",
            "each worker's CPU, %",
            "supervisor PSS, MiB",
            "RSS",
            "each worker's PSS",
            "supervisor threads",
            "descriptors");
    private final Map<Double, Series> supervisorCpu = new TreeMap<>();
    private final Map<Double, Series> workerCpu = new TreeMap<>();
    private final Map<Double, Series> supervisorPss = new TreeMap<>();
    private final Map<Double, Series> workerPss = new TreeMap<>();

    WorkerGrowth(Bench bench) {
        this.bench = bench;
        services = new Services(bench);
    }

    void run(Report report) throws Exception {
        report.add("### Idle workers");
        report.add(
                "Processor time as a share of one processor, over %d s without a request; `none` is the server without a"
                                .formatted(seconds())
                        + " supervisor, whose share is the JVM's own.");
        alone();
        for (int workers : bench.quick() ? List.of(1, 4) : List.of(1, 2, 4, 8, 16)) {
            supervised(workers);
        }
        report.add(table);
        report.add(
                "idle processor time",
                Charts.lines("Idle: share of one processor", "workers", "%", lines(supervisorCpu, workerCpu)));
        report.add(
                "memory of workers",
                Charts.lines("Idle: proportional memory", "workers", "PSS, MiB", lines(supervisorPss, workerPss)));
    }

    private static Map<String, Map<Double, Series>> lines(Map<Double, Series> supervisor, Map<Double, Series> worker) {
        Map<String, Map<Double, Series>> lines = new LinkedHashMap<>();
        lines.put("supervisor", supervisor);
        lines.put("each worker", worker);
        return lines;
    }

    private void alone() throws Exception {
        List<String> command = services.app(Services.java(), JVM_OPTIONS, "--listener", "plain");
        try (ProcessService server = services.alone(command)) {
            List<ProcessHandle> processes = server.processes();
            settle();
            double before = CpuTime.of(processes);
            Thread.sleep(seconds() * 1000L);
            double share = (CpuTime.of(processes) - before) / seconds() * PERCENT;
            table.row(
                    "none",
                    "",
                    format(share),
                    "",
                    "",
                    format(Memory.of(processes).pss()),
                    "",
                    "");
        }
    }

    private void supervised(int workers) throws Exception {
        List<String> command = services.app(Services.java(), JVM_OPTIONS, "--listener", "shared");
        try (ProcessService service = services.forkless(workers, command)) {
            ProcessHandle supervisor = service.handle();
            List<ProcessHandle> others = service.processes().stream()
                    .filter(process -> !process.equals(supervisor))
                    .toList();
            settle();
            double ownBefore = CpuTime.of(List.of(supervisor));
            double othersBefore = CpuTime.of(others);
            Thread.sleep(seconds() * 1000L);
            double own = (CpuTime.of(List.of(supervisor)) - ownBefore) / seconds() * PERCENT;
            double each = (CpuTime.of(others) - othersBefore) / workers / seconds() * PERCENT;
            add(workers, supervisor, own, each, Memory.of(others).pss() / workers);
        }
    }

    private void add(int workers, ProcessHandle supervisor, double own, double each, double eachPss)
            throws IOException {
        Memory memory = Memory.of(List.of(supervisor));
        table.row(
                Integer.toString(workers),
                format(own),
                format(each),
                format(memory.pss()),
                format(memory.rss()),
                format(eachPss),
                Long.toString(Footprint.threads(supervisor)),
                Long.toString(Footprint.descriptors(supervisor)));
        supervisorCpu.put((double) workers, Series.of(own));
        workerCpu.put((double) workers, Series.of(each));
        supervisorPss.put((double) workers, Series.of(memory.pss()));
        workerPss.put((double) workers, Series.of(eachPss));
    }

    /** After the start there is still something to compile, and to collect. */
    private void settle() throws InterruptedException {
        Thread.sleep(bench.quick() ? 500 : 3000);
    }

    /** A clock tick, in which the kernel counts, is a hundredth of a second. */
    private long seconds() {
        return bench.quick() ? 1 : 2 * bench.window().toSeconds();
    }

    private static String format(double value) {
        return "%.1f".formatted(value);
    }
}
