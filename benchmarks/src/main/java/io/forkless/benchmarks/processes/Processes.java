package io.forkless.benchmarks.processes;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.harness.Charts;
import io.forkless.benchmarks.harness.Experiment;
import io.forkless.benchmarks.harness.Report;
import io.forkless.benchmarks.harness.Results;
import io.forkless.benchmarks.service.Wrk;
import java.util.ArrayList;
import java.util.List;

/** Where several processes beat one on the JVM, and where they do not. */
public final class Processes implements Experiment {
    private static final ProcessorBound LOCK = new ProcessorBound(
            "lock",
            "a global lock around the work",
            "One JVM does this work on one processor, however many threads it has. Each process has a lock of its own.");
    private static final ProcessorBound COMPUTE = new ProcessorBound(
            "compute",
            "the same work without a lock",
            "Threads are enough here: one JVM uses all processors already, and another process adds only its memory.");
    private static final HeapSplit DEFAULT_COLLECTOR = new HeapSplit("the JVM's default collector", List.of());
    private static final HeapSplit PARALLEL = new HeapSplit("Parallel", List.of("-XX:+UseParallelGC"));
    private static final String HEAPS_REASON =
            "The garbage is the same however it is split, and so is the work of collecting it. But a collection stops only"
                    + " the process whose heap it is, and takes as long as what it has to mark, copy or move, which is a"
                    + " half or a quarter of what is alive. Processes also have more threads that compete for the"
                    + " processors: collections that fall together take longer, and the most that can be answered gets less.";

    @Override
    public String name() {
        return "processes";
    }

    @Override
    public void run(Bench bench, Report report) throws Exception {
        report.add("## Several processes against one");
        report.add("Jetty, %d processors; *alone* is the same program without Forkless."
                .formatted(Runtime.getRuntime().availableProcessors()));
        Results rates = new Results();
        Results stalls = new Results();
        List<String> works = new ArrayList<>();
        List<String> collectors = new ArrayList<>();
        for (ProcessorBound work : bench.quick() ? List.of(LOCK) : List.of(LOCK, COMPUTE)) {
            works.add(work.work());
            rates.addAll(work.run(bench, report), Wrk.RATE, work.work());
        }
        report.add(
                "requests per second",
                Charts.bars("Work behind a lock, and without one", Wrk.RATE, rates, works, "#,##0"));
        for (HeapSplit split : bench.quick() ? List.of(DEFAULT_COLLECTOR) : List.of(DEFAULT_COLLECTOR, PARALLEL)) {
            collectors.add(split.collector());
            stalls.addAll(split.run(bench, report), HeapSplit.STALL, split.collector());
        }
        report.add(
                "longest stall",
                Charts.bars("Longest stall, by the way a heap is split", "ms", stalls, collectors, "0"));
        report.add(HEAPS_REASON);
    }
}
