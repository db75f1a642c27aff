package io.forkless.testing.load;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;

/** Takes what all clients of a load report, without making them wait for each other. */
final class Tally {
    /** Whoever fails more often than that need not remember each case. */
    private static final int MAX_FAILURES = 1000;

    private final Map<String, Long> firstAnswers = new ConcurrentHashMap<>();
    private final List<Failure> failures = new CopyOnWriteArrayList<>();
    private final AtomicLong lastAnswer = new AtomicLong(System.nanoTime());
    private final LongAccumulator longestGap = new LongAccumulator(Long::max, 0);
    private final LongAccumulator longestWait = new LongAccumulator(Long::max, 0);

    /** @param since when the client began to connect or to send */
    void answer(String worker, long since) {
        long now = System.nanoTime();
        longestWait.accumulate(now - since);
        longestGap.accumulate(now - lastAnswer.getAndSet(now));
        if (!firstAnswers.containsKey(worker)) {
            firstAnswers.putIfAbsent(worker, now);
        }
    }

    /** Who is refused has promised nothing and learns nothing: it is counted only. */
    void failure(Failure failure) {
        if (failure.outcome() != Outcome.REFUSED && failures.size() < MAX_FAILURES) {
            failures.add(failure);
        }
    }

    /** By worker, {@link System#nanoTime()} of its first answer. */
    Map<String, Long> firstAnswers() {
        return firstAnswers;
    }

    List<Failure> failures() {
        return failures;
    }

    /** Nanoseconds without any answer, at the longest, since the last call. */
    long takeLongestGap() {
        return longestGap.getThenReset();
    }

    /** Nanoseconds until an answer, at the longest, since the last call. */
    long takeLongestWait() {
        return longestWait.getThenReset();
    }
}
