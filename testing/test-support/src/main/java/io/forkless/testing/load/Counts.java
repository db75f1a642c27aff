package io.forkless.testing.load;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** How many requests came out how. */
public final class Counts {
    private final Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);

    /** None of any. */
    public Counts() {
        for (Outcome outcome : Outcome.values()) {
            counts.put(outcome, 0L);
        }
    }

    public static Counts of(ToLongFunction<Outcome> tally) {
        Counts result = new Counts();
        result.counts.replaceAll((outcome, count) -> tally.applyAsLong(outcome));
        return result;
    }

    public long of(Outcome outcome) {
        return counts.get(outcome);
    }

    public Counts plus(Counts other) {
        Counts result = new Counts();
        result.counts.replaceAll((outcome, count) -> of(outcome) + other.of(outcome));
        return result;
    }

    public long all() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Everything but good answers and refusals: somebody was promised an answer and got none. */
    public long lost() {
        return all() - of(Outcome.OK) - of(Outcome.REFUSED) - of(Outcome.UNPROCESSED);
    }

    /** How {@link #cells} are called. */
    public static List<String> labels() {
        return Arrays.stream(Outcome.values()).map(Outcome::label).toList();
    }

    /** For a table. */
    public List<String> cells() {
        return counts.values().stream().map(String::valueOf).toList();
    }

    @Override
    public String toString() {
        return counts.toString();
    }
}
