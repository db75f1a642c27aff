package io.forkless.benchmarks.faults;

import io.forkless.benchmarks.faults.Contender.Connections;
import io.forkless.benchmarks.harness.Table;
import io.forkless.testing.load.Counts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** What one fault costs each contender: losses summed up over the rounds, times at their worst. */
final class FaultTable {
    private final boolean victim;
    private final Table table;

    FaultTable(Fault fault) {
        victim = fault.hasVictim();
        List<String> columns = new ArrayList<>(List.of("", "lost (worst)"));
        if (victim) {
            columns.add("beyond in flight");
        }
        columns.addAll(Counts.labels());
        columns.addAll(List.of("max : fair", "longest gap, ms", "longest wait, ms", "all back, ms"));
        table = new Table(columns);
    }

    void add(Contender contender, List<FaultResult> rounds) {
        Counts sum = rounds.stream().map(FaultResult::counts).reduce(new Counts(), Counts::plus);
        List<String> cells = new ArrayList<>(List.of(contender.name()));
        cells.add("%d (%d)".formatted(FaultResult.lost(sum), worst(rounds, FaultResult::lost)));
        if (victim) {
            cells.add(
                    Long.toString(rounds.stream().mapToLong(FaultResult::beyond).sum()));
        }
        cells.addAll(sum.cells());
        double spread = rounds.stream().mapToDouble(FaultResult::spread).max().orElseThrow();
        cells.add(contender.connections() == Connections.KEPT ? String.format(Locale.ROOT, "%.2f", spread) : "-");
        cells.add(Long.toString(worst(rounds, round -> round.gap().toMillis())));
        cells.add(Long.toString(worst(rounds, round -> round.longestWait().toMillis())));
        cells.add(back(rounds.stream().map(FaultResult::back).collect(Collectors.toList())));
        table.row(cells);
    }

    /** One that has no figures, with the reason. */
    void add(Contender contender, String why) {
        table.without(contender.name(), why);
    }

    private static long worst(List<FaultResult> rounds, ToLongFunction<FaultResult> figure) {
        return rounds.stream().mapToLong(figure).max().orElseThrow();
    }

    private static String back(List<Duration> times) {
        return times.contains(null)
                ? "never"
                : Long.toString(Collections.max(times).toMillis());
    }

    @Override
    public String toString() {
        return table.toString();
    }
}
