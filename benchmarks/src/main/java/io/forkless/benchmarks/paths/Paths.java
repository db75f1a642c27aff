package io.forkless.benchmarks.paths;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.harness.Charts;
import io.forkless.benchmarks.harness.Experiment;
import io.forkless.benchmarks.harness.Report;
import io.forkless.benchmarks.harness.Results;
import io.forkless.benchmarks.harness.Results.Column;
import java.util.List;

/** What our own code adds to each connection. */
public final class Paths implements Experiment {
    private static final Column NANOS = Column.of(Jmh.NANOS, "%.0f");

    @Override
    public String name() {
        return "paths";
    }

    @Override
    public void run(Bench bench, Report report) throws Exception {
        report.add("## The paths in our own code");
        report.add("### Accept and close a connection that is queued");
        Results accept = Jmh.measure(AcceptPath.class, "listener", bench);
        report.add(accept.table(Column.ratio(Jmh.NANOS, AcceptPath.PLAIN), NANOS));
        report.add("accept", Charts.bars("A connection that is queued", "ns", accept, List.of(Jmh.NANOS), "#,##0"));
        report.add(
                "*Counted* is all that an adapter adds: it counts connections, tells the other workers, and looks whether"
                        + " it has more than they. The listener itself makes no native call of ours; `AcceptPathTest` of"
                        + " posix-provider counts them: 0 per accepted connection.");
        report.add("### What an adapter adds to a connection, by the number of workers");
        report.add(Jmh.measure(Bookkeeping.class, "workers", bench).table(NANOS));
        if (!bench.quick()) {
            report.add("### A profile of a Jetty worker, a connection per request");
            report.add(Profile.of(bench).describe());
        }
    }
}
