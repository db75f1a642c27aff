package io.forkless.benchmarks.stops;

import io.forkless.testing.load.Counts;
import io.forkless.testing.load.Outcome;
import java.util.EnumSet;
import java.util.Set;

/** How workers come to go under load. */
enum Mode {
    STOP("`TERM` to the supervisor", EnumSet.of(Outcome.REFUSED)),
    RESTART("`forkless restart`", EnumSet.noneOf(Outcome.class));

    final String label;
    private final Set<Outcome> kept;

    Mode(String label, Set<Outcome> expected) {
        this.label = label;
        kept = EnumSet.of(Outcome.OK, Outcome.UNPROCESSED, Outcome.STALE, Outcome.STALE_SENT);
        kept.addAll(expected);
    }

    /** Whether a client was promised something that it did not get. */
    boolean isLoss(Outcome outcome) {
        return !kept.contains(outcome);
    }

    long lost(Counts counts) {
        return EnumSet.allOf(Outcome.class).stream()
                .filter(this::isLoss)
                .mapToLong(counts::of)
                .sum();
    }
}
