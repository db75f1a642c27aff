package io.forkless.benchmarks.faults;

import io.forkless.benchmarks.faults.Contender.Connections;
import io.forkless.benchmarks.harness.Table;
import io.forkless.testing.load.Counts;
import io.forkless.testing.load.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/** What one fault costs each contender: losses summed up over the rounds, times at their worst. */
final class FaultTable {
    /** In the order in which they may happen to a request. */
    private static final List<Outcome> CLASSES = List.of(
            Outcome.REFUSED,
            Outcome.CONNECT_TIMEOUT,
            Outcome.ENDED_BEFORE,
            Outcome.ENDED_WITHIN,
            Outcome.ANSWER_TIMEOUT,
            Outcome.WRONG,
            Outcome.STALE_SENT,
            Outcome.STALE);

    private final boolean victim;
    private final Table table;

    FaultTable(Fault fault) {
        victim = fault.hasVictim();
        List<String> columns = new ArrayList<>(List.of("", "lost (worst)"));
        if (victim) {
            columns.add("beyond in flight");
        }
        columns.addAll(List.of("refused", "connect time-out", "ended before", "ended within", "answer time-out"));
        columns.addAll(List.of("wrong", "stale, sent", "stale, seen", "good answers"));
        columns.addAll(List.of("max : fair", "longest gap, ms", "longest wait, ms", "all back, ms"));
        table = new Table(columns.toArray(String[]::new));
    }

    void add(Contender contender, List<FaultResult> rounds) {
        Counts sum = rounds.stream().map(FaultResult::counts).reduce(new Counts(), Counts::plus);
        List<String> cells = new ArrayList<>(List.of(contender.name()));
        cells.add("%d (%d)".formatted(FaultResult.lost(sum), worst(rounds, FaultResult::lost)));
        if (victim) {
            cells.add(
                    Long.toString(rounds.stream().mapToLong(FaultResult::beyond).sum()));
        }
        CLASSES.forEach(outcome -> cells.add(Long.toString(sum.of(outcome))));
        cells.add(Long.toString(sum.of(Outcome.OK)));
        double spread = rounds.stream().mapToDouble(FaultResult::spread).max().orElseThrow();
        cells.add(contender.connections() == Connections.KEPT ? String.format(Locale.ROOT, "%.2f", spread) : "-");
        cells.add(Long.toString(worst(rounds, round -> round.gap().toMillis())));
        cells.add(Long.toString(worst(rounds, round -> round.longestWait().toMillis())));
        cells.add(back(rounds));
        table.row(cells.toArray(String[]::new));
    }

    /** One that has no figures, with the reason. */
    void add(Contender contender, String why) {
        int columns = victim ? CLASSES.size() + 8 : CLASSES.size() + 7;
        List<String> cells = Stream.concat(
                        Stream.of(contender.name(), why),
                        Stream.generate(() -> "").limit(columns - 2L))
                .toList();
        table.row(cells.toArray(String[]::new));
    }

    private static long worst(List<FaultResult> rounds, Function<FaultResult, Long> figure) {
        return rounds.stream().map(figure).max(Long::compare).orElseThrow();
    }

    private static String back(List<FaultResult> rounds) {
        return rounds.stream().map(FaultResult::back).anyMatch(Objects::isNull)
                ? "never"
                : Long.toString(rounds.stream()
                        .map(FaultResult::back)
                        .mapToLong(Duration::toMillis)
                        .max()
                        .orElseThrow());
    }

    @Override
    public String toString() {
        return table.toString();
    }
}
