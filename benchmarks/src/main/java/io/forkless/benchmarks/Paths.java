package io.forkless.benchmarks;

import io.forkless.benchmarks.paths.AcceptPath;
import io.forkless.benchmarks.paths.Bookkeeping;
import io.forkless.benchmarks.paths.Messages;
import java.util.Map;

/** What our own code adds to each connection, and to each message of the control channel. */
final class Paths implements Experiment {
    private static final Map<String, String[]> ALL = Map.of();

    @Override
    public String name() {
        return "paths";
    }

    @Override
    public void run(Bench bench, Report report) throws Exception {
        // JMH's lock keeps two of its runs from each other; experiments run one after the other anyway.
        System.setProperty("jmh.ignoreLock", "true");
        Jmh jmh = new Jmh(bench);
        report.add("## The paths in our own code");
        report.add("### Accept and close a connection that is queued");
        report.add(acceptPath(jmh.measure(AcceptPath.class, ALL)));
        report.add(
                "*Counted* is all that an adapter adds: it counts connections, tells the other workers, and looks whether"
                        + " it has more than they. The listener itself makes no native call of ours; `AcceptPathTest` of"
                        + " posix-provider counts them: 0 per accepted connection.");
        report.add("### Bookkeeping for a connection");
        report.add(table(jmh.measure(Bookkeeping.class, bench.quick() ? Map.of("workers", new String[] {"4"}) : ALL)));
        report.add("*connection* is what an adapter adds to one, with so many workers; *publish* is a part of it.");
        report.add("### Messages of the control channel");
        report.add(table(
                jmh.measure(Messages.class, bench.quick() ? Map.of("kind", new String[] {"heartbeat"}) : ALL)));
        if (!bench.quick()) {
            report.add("### A profile of a Jetty worker, a connection per request");
            report.add(Profile.of(bench).describe());
        }
    }

    private static String acceptPath(Map<String, Series> results) {
        Table table = new Table("", ": plain", "ns");
        Series plain = results.get("acceptAndClose[" + AcceptPath.PLAIN + "]");
        results.forEach((method, nanos) -> table.row(
                method.substring(method.indexOf('[') + 1, method.length() - 1),
                nanos.ratioTo(plain).format("%.2f"),
                nanos.format("%.0f")));
        return table.toString();
    }

    private static String table(Map<String, Series> results) {
        Table table = new Table("", "ns");
        results.forEach((method, nanos) -> table.row(method, nanos.format("%.0f")));
        return table.toString();
    }
}
