package io.forkless.benchmarks.growth;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.harness.Experiment;
import io.forkless.benchmarks.harness.Report;

/** What one more worker costs, and one more connection. */
public final class Growth implements Experiment {
    @Override
    public String name() {
        return "growth";
    }

    @Override
    public void run(Bench bench, Report report) throws Exception {
        report.add("## Growth: more workers, more connections");
        new WorkerGrowth(bench).run(report);
        new ConnectionGrowth(bench).run(report);
    }
}
