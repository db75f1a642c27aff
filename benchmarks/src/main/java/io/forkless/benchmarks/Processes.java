package io.forkless.benchmarks;

import java.util.List;

/** Where several processes beat one on the JVM, and where they do not. */
final class Processes implements Experiment {
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
                    + " the process whose heap it is, and one that has to move a heap's whole live set, as Parallel's full"
                    + " collections do, is as long as that is large. A collector that works in small steps (G1) has less to"
                    + " gain, and processes have more threads that compete for the processors.";

    @Override
    public String name() {
        return "processes";
    }

    @Override
    public void run(Bench bench, Report report) throws Exception {
        report.add("## Several processes against one");
        report.add("Jetty, %d processors; *alone* is the same program without Forkless."
                .formatted(Runtime.getRuntime().availableProcessors()));
        LOCK.run(bench, report);
        if (!bench.quick()) {
            COMPUTE.run(bench, report);
        }
        DEFAULT_COLLECTOR.run(bench, report);
        if (!bench.quick()) {
            PARALLEL.run(bench, report);
        }
        report.add(HEAPS_REASON);
    }
}
