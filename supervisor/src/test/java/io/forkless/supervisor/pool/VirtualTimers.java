package io.forkless.supervisor.pool;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A clock that a test moves by hand. What falls due on the way runs in the order of its time. */
final class VirtualTimers implements Timers {
    private record Pending(long at, long sequence, Runnable action) {}

    private final PriorityQueue<Pending> pending =
            new PriorityQueue<>(Comparator.comparingLong(Pending::at).thenComparingLong(Pending::sequence));
    private long now = 1_000_000_007L; // not 0, so that a forgotten "since" shows
    private long sequence;
    private Duration betweenReadings = Duration.ZERO;

    @Override
    public long nanoTime() {
        now += betweenReadings.toNanos();
        return now;
    }

    @Override
    public Timer after(Duration delay, Runnable action) {
        Pending timer = new Pending(now + delay.toNanos(), sequence++, action);
        pending.add(timer);
        return () -> pending.remove(timer);
    }

    void advance(Duration duration) {
        long until = now + duration.toNanos();
        while (!pending.isEmpty() && pending.peek().at() <= until) {
            Pending due = pending.remove();
            now = due.at();
            due.action().run();
        }
        now = until;
    }

    /** From now on so much passes until anybody looks at the clock. */
    void passBetweenReadings(Duration duration) {
        betweenReadings = duration;
    }

    /** Whoever has set them is no more. */
    void forget() {
        pending.clear();
    }

    int pending() {
        return pending.size();
    }
}
