package io.forkless.benchmarks.stops;

import io.forkless.benchmarks.harness.Table;
import io.forkless.testing.load.Counts;
import io.forkless.testing.load.Failure;
import io.forkless.testing.load.Load;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What became of every request of one mode on one server, over all rounds. */
final class Ledger {
    /** Whoever loses more than that need not tell of each. */
    private static final int MAX_LOSSES = 100;

    private final Mode mode;
    private final Map<Flow, Counts> counts = new HashMap<>();
    private final Map<Object, Integer> underWay = new HashMap<>();
    private final List<String> losses = new ArrayList<>();

    Ledger(Mode mode) {
        this.mode = mode;
    }

    Mode mode() {
        return mode;
    }

    /** Enters what is under way at the moment at which the workers are told to go. */
    void addUnderWay(List<?> flows) {
        flows.forEach(flow -> underWay.merge(flow, 1, Integer::sum));
    }

    /** Enters a load that has ended. */
    void add(Load load) {
        Flow.ALL.forEach(flow -> add(flow, load.counts(flow)));
        load.failures().forEach(this::add);
    }

    void add(Flow flow, Counts more) {
        counts.merge(flow, more, Counts::plus);
    }

    void add(Failure failure) {
        if (mode.isLoss(failure.outcome()) && losses.size() < MAX_LOSSES) {
            losses.add(failure.kind() + ": " + failure.outcome() + ": " + failure.message());
        }
    }

    long lost() {
        return mode.lost(sum());
    }

    /** The first ones, in words. */
    List<String> losses() {
        return List.copyOf(losses);
    }

    private Counts sum() {
        return counts.values().stream().reduce(new Counts(), Counts::plus);
    }

    /** What became of each flow's requests, and of all. */
    Table table() {
        List<String> columns = new ArrayList<>(List.of("", "lost", "under way"));
        columns.addAll(Counts.labels());
        Table table = new Table(columns);
        for (Flow flow : Flow.ALL) {
            table.row(row(flow.toString(), underWay.getOrDefault(flow, 0), counts.getOrDefault(flow, new Counts())));
        }
        int allUnderWay = underWay.values().stream().mapToInt(Integer::intValue).sum();
        return table.row(row("all", allUnderWay, sum()));
    }

    private List<String> row(String name, int begun, Counts outcomes) {
        List<String> cells =
                new ArrayList<>(List.of(name, Long.toString(mode.lost(outcomes)), Integer.toString(begun)));
        cells.addAll(outcomes.cells());
        return cells;
    }
}
