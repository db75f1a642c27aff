package io.forkless.benchmarks.stops;

import io.forkless.benchmarks.harness.Table;
import io.forkless.testing.load.Counts;
import io.forkless.testing.load.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What became of each flow's requests, and of all. */
final class StopsTable {
    /** In the order in which they may happen to a request. */
    private static final List<Outcome> CLASSES = List.of(
            Outcome.OK,
            Outcome.REFUSED,
            Outcome.UNPROCESSED,
            Outcome.STALE,
            Outcome.STALE_SENT,
            Outcome.CONNECT_TIMEOUT,
            Outcome.ENDED_BEFORE,
            Outcome.ENDED_WITHIN,
            Outcome.ANSWER_TIMEOUT,
            Outcome.WRONG);

    private final Ledger ledger;

    StopsTable(Ledger ledger) {
        this.ledger = ledger;
    }

    @Override
    public String toString() {
        Table table = new Table(
                "",
                "lost",
                "under way",
                "answered",
                "refused",
                "unprocessed",
                "stale, seen",
                "stale, sent",
                "connect time-out",
                "ended before",
                "ended within",
                "answer time-out",
                "wrong");
        Counts sum = new Counts();
        long underWay = 0;
        for (Flow flow : Flow.ALL) {
            Counts counts = ledger.counts(flow);
            table.row(row(flow.toString(), ledger.underWayOf(flow), counts));
            sum = sum.plus(counts);
            underWay += ledger.underWayOf(flow);
        }
        table.row(row("all", underWay, sum));
        return table.toString();
    }

    private String[] row(String name, long underWay, Counts counts) {
        List<String> cells = new ArrayList<>(
                Arrays.asList(name, Long.toString(ledger.mode().lost(counts)), Long.toString(underWay)));
        CLASSES.forEach(outcome -> cells.add(Long.toString(counts.of(outcome))));
        return cells.toArray(String[]::new);
    }
}
