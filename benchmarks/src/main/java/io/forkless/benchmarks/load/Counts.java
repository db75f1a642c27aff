package io.forkless.benchmarks.load;

import java.util.EnumMap;
import java.util.Map;

/** How many requests came out how. */
public final class Counts {
    private final Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);

    /** None of any. */
    public Counts() {
        for (Outcome outcome : Outcome.values()) {
            counts.put(outcome, 0L);
        }
    }

    static Counts of(Tally tally) {
        Counts result = new Counts();
        result.counts.replaceAll((outcome, count) -> tally.count(outcome));
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

    public Counts minus(Counts other) {
        Counts result = new Counts();
        result.counts.replaceAll((outcome, count) -> of(outcome) - other.of(outcome));
        return result;
    }

    /** Everything but good answers and refusals: somebody was promised an answer and got none. */
    public long lost() {
        return counts.values().stream().mapToLong(Long::longValue).sum() - of(Outcome.OK) - of(Outcome.REFUSED);
    }

    @Override
    public String toString() {
        return counts.toString();
    }
}
