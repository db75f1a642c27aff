package io.forkless.benchmarks;

import java.util.List;

/** Where several processes beat one on the JVM, and where they do not. */
final class Processes implements Experiment {
    @Override
    public String name() {
        return "processes";
    }

    @Override
    public void run(Bench bench, Report report) throws Exception {
        report.add("## Several processes against one");
        report.add("Jetty, %d processors; *alone* is the same program without Forkless."
                .formatted(Runtime.getRuntime().availableProcessors()));
        for (ProcessorBound comparison : List.of(
                new ProcessorBound(
                        "lock",
                        "a global lock around the work",
                        "One JVM does this work on one processor, however many threads it has. Each process has a lock of its own."),
                new ProcessorBound(
                        "compute",
                        "the same work without a lock",
                        "Threads are enough here: one JVM uses all processors already, and another process adds only its memory."))) {
            comparison.run(bench, report);
        }
    }
}
