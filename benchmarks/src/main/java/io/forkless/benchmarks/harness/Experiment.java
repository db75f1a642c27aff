package io.forkless.benchmarks.harness;

/** One question, answered with figures: all contenders side by side, in one run. */
public interface Experiment {
    /** What {@code --only} calls it, and the name of its files in the results. */
    String name();

    /** How often each contender is measured. */
    default int rounds(Bench bench) {
        return bench.rounds();
    }

    /** Measures, and writes what comes out. */
    void run(Bench bench, Report report) throws Exception;
}
