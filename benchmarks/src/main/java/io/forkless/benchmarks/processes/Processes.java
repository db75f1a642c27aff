package io.forkless.benchmarks.processes;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.harness.Charts;
import io.forkless.benchmarks.harness.Experiment;
import io.forkless.benchmarks.harness.Report;
import io.forkless.benchmarks.harness.Series;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.CategoryChart;

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
        Map<String, Map<String, Series>> rates = new LinkedHashMap<>();
        Map<String, Map<String, Series>> stalls = new LinkedHashMap<>();
        add(LOCK.run(bench, report), LOCK.work(), ProcessorBound.RATE, rates);
        if (!bench.quick()) {
            add(COMPUTE.run(bench, report), COMPUTE.work(), ProcessorBound.RATE, rates);
        }
        report.add("requests per second", bars("Work behind a lock, and without one", ProcessorBound.RATE, rates));
        add(DEFAULT_COLLECTOR.run(bench, report), DEFAULT_COLLECTOR.collector(), HeapSplit.STALL, stalls);
        if (!bench.quick()) {
            add(PARALLEL.run(bench, report), PARALLEL.collector(), HeapSplit.STALL, stalls);
        }
        report.add("longest stall", bars("Longest stall, by the way a heap is split", "ms", stalls));
        report.add(HEAPS_REASON);
    }

    /** Of each contender that figure, as one of its bars. */
    private static void add(
            Map<String, Map<String, Series>> results, String bar, String figure, Map<String, Map<String, Series>> all) {
        results.forEach((contender, figures) ->
                all.computeIfAbsent(contender, name -> new LinkedHashMap<>()).put(bar, figures.get(figure)));
    }

    private static CategoryChart bars(String title, String unit, Map<String, Map<String, Series>> all) {
        List<String> bars = List.copyOf(all.values().iterator().next().keySet());
        return Charts.bars(title, unit, all, bars, "%.0f");
    }
}
