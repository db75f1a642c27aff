package io.forkless.benchmarks.paths;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.harness.Charts;
import io.forkless.benchmarks.harness.Experiment;
import io.forkless.benchmarks.harness.Report;
import io.forkless.benchmarks.harness.Series;
import io.forkless.benchmarks.harness.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What our own code adds to each connection, and to each message of the control channel. */
public final class Paths implements Experiment {
    private static final String ACCEPT = "accept and close";
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
        Map<String, Map<String, Series>> listeners = new LinkedHashMap<>();
        jmh.measure(AcceptPath.class, ALL)
                .forEach((method, nanos) -> listeners.put(
                        method.substring(method.indexOf('[') + 1, method.length() - 1), Map.of(ACCEPT, nanos)));
        report.add(acceptPath(listeners));
        report.add("accept", Charts.bars("A connection that is queued", "ns", listeners, List.of(ACCEPT), "%,.0f"));
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

    private static String acceptPath(Map<String, Map<String, Series>> listeners) {
        Table table = new Table("", ": plain", "ns");
        Series plain = listeners.get(AcceptPath.PLAIN).get(ACCEPT);
        listeners.forEach((listener, figures) -> {
            Series nanos = figures.get(ACCEPT);
            table.row(listener, nanos.ratioTo(plain).format("%.2f"), nanos.format("%.0f"));
        });
        return table.toString();
    }

    private static String table(Map<String, Series> results) {
        Table table = new Table("", "ns");
        results.forEach((method, nanos) -> table.row(method, nanos.format("%.0f")));
        return table.toString();
    }
}
