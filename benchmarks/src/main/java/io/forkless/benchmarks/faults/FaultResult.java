package io.forkless.benchmarks.faults;

import io.forkless.testing.load.Counts;
import io.forkless.testing.load.Outcome;
import java.time.Duration;

/**
 * What one fault has cost once.
 *
 * @param beyond of the lost requests those that were not under way on the victim; all of them if there was none
 * @param spread the most keep-alive clients of a worker, as a multiple of the fair share
 * @param gap how long there was no answer for anybody, at the longest
 * @param longestWait how long a client waited, at the longest, for an answer that did come
 * @param back how long it took until all workers were there again; null: they were not
 */
record FaultResult(Counts counts, long beyond, double spread, Duration gap, Duration longestWait, Duration back) {
    /** Requests that a client cannot simply repeat, or that nobody would have taken. */
    static long lost(Counts counts) {
        return counts.lost() + counts.of(Outcome.REFUSED) - counts.of(Outcome.STALE);
    }

    long lost() {
        return lost(counts);
    }
}
