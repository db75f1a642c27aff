package io.forkless.benchmarks.growth;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.harness.Charts;
import io.forkless.benchmarks.harness.Report;
import io.forkless.benchmarks.harness.Results;
import io.forkless.benchmarks.harness.Results.Column;
import io.forkless.benchmarks.service.CpuTime;
import io.forkless.benchmarks.service.Memory;
import io.forkless.benchmarks.service.ProcessService;
import io.forkless.benchmarks.service.Services;
import java.util.List;

/** What a supervisor and its workers cost when nobody wants anything: memory, and the time for heartbeats. */
final class WorkerGrowth {
    private static final List<String> JVM_OPTIONS = List.of("-Xmx256m");
    private static final String NONE = "none";
    private static final String SUPERVISOR = "supervisor";
    private static final String WORKER = "each worker";
    private static final int PERCENT = 100;

    private final Bench bench;
    private final Services services;
    private final Results cpu = new Results();
    private final Results pss = new Results();

    WorkerGrowth(Bench bench) {
        this.bench = bench;
        services = new Services(bench);
    }

    void run(Report report) throws Exception {
        report.add("### Idle workers");
        report.add("Over %d s without a request; `%s` is the server without a supervisor.".formatted(seconds(), NONE));
        List<String> command = services.app(Services.java(), JVM_OPTIONS, "--listener", "plain");
        try (ProcessService server = services.alone(command)) {
            measure(NONE, WORKER, server.processes());
        }
        for (int workers : bench.quick() ? List.of(1, 4) : List.of(1, 2, 4, 8, 16)) {
            supervised(workers);
        }
        add(report, "idle processor time", "Share of one processor, %", cpu);
        add(report, "memory of workers", "Proportional memory (PSS), MiB", pss);
    }

    private static void add(Report report, String chart, String title, Results results) throws Exception {
        report.add(title + ", by the number of workers:");
        report.add(results.table(Column.of(SUPERVISOR, "%.1f"), Column.of(WORKER, "%.1f")));
        List<String> workers = List.copyOf(results.contenders());
        report.add(
                chart,
                Charts.bars(
                        "Idle, by the number of workers",
                        title,
                        results.transposed(SUPERVISOR, WORKER),
                        workers,
                        "0.#"));
    }

    private void supervised(int workers) throws Exception {
        List<String> command = services.app(Services.java(), JVM_OPTIONS, "--listener", "shared");
        try (ProcessService service = services.forkless(workers, command)) {
            String count = Integer.toString(workers);
            measure(count, SUPERVISOR, List.of(service.handle()));
            measure(count, WORKER, service.workers());
        }
    }

    private void measure(String workers, String who, List<ProcessHandle> processes) throws Exception {
        Thread.sleep(bench.quick() ? 500 : 3000); // after the start there is something to compile, and to collect
        double before = CpuTime.of(processes);
        Thread.sleep(seconds() * 1000L);
        double share = (CpuTime.of(processes) - before) / seconds() * PERCENT;
        cpu.add(workers, who, share / processes.size());
        pss.add(workers, who, Memory.pss(processes) / processes.size());
    }

    /** A clock tick, in which the kernel counts, is a hundredth of a second. */
    private long seconds() {
        return bench.quick() ? 1 : 2 * bench.window().toSeconds();
    }
}
