package io.forkless.worker;

import io.forkless.control.Scoreboard;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Leaves connections to the workers that have fewer of them.
 *
 * <p>A worker that is awake wins the next connection of a shared listener again and again: of 64 keep-alive connections
 * opened at once, one worker of four may take 50 and keep them. The same happens after a restart, when the old workers
 * have many connections and the new one has none. So the workers publish how many connections each has open, and an
 * acceptor whose worker is ahead of the average by at least {@value #SLACK}, and by an eighth, waits with its next
 * accept until it no longer is.
 *
 * <p>The wait is short and never a condition for serving: after {@value #PATIENCE_NANOS} ns the acceptor goes on. If the
 * worker with the fewest connections took none meanwhile (it may be frozen, or no client may be there), the next waits
 * are suspended, for longer and longer. Evenly spread connections, and a worker on its own, never wait.
 *
 * <p>Thread-safe; all listeners of a worker share one instance, see {@link Worker#acceptPacing()}.
 */
public final class AcceptPacing {
    static final int SLACK = 2;
    static final long PATIENCE_NANOS = 50_000_000;
    static final long POLL_NANOS = 500_000;
    static final long FIRST_SUSPENSION_NANOS = 10_000_000;
    static final long LONGEST_SUSPENSION_NANOS = 2_000_000_000;

    private final Scoreboard scoreboard;
    private final int index;
    private final LongSupplier clock;
    private final LongConsumer pause;
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong open = new AtomicLong();
    private volatile boolean present;
    private volatile boolean left;
    private long suspension = FIRST_SUSPENSION_NANOS;
    private long suspendedUntil;

    AcceptPacing(Scoreboard scoreboard, int index) {
        this(scoreboard, index, System::nanoTime, LockSupport::parkNanos);
    }

    AcceptPacing(Scoreboard scoreboard, int index, LongSupplier clock, LongConsumer pause) {
        this.scoreboard = scoreboard;
        this.index = index;
        this.clock = clock;
        this.pause = pause;
        this.suspendedUntil = clock.getAsLong();
    }

    /** An acceptor calls this before each accept; it may pause. */
    public void beforeAccept() {
        if (!present) {
            present = true;
            publish(); // from now on the others leave connections to this worker
        }
        if (!isAhead() || isSuspended()) {
            return;
        }
        int behind = leastLoaded();
        long had = scoreboard.open(behind);
        long start = clock.getAsLong();
        boolean ahead = true;
        while (ahead
                && clock.getAsLong() - start < PATIENCE_NANOS
                && !Thread.currentThread().isInterrupted()) {
            pause.accept(POLL_NANOS);
            ahead = isAhead();
        }
        remember(ahead && scoreboard.open(behind) == had);
    }

    /** An acceptor calls this as soon as accept has returned. */
    public void opened() {
        accepted.incrementAndGet();
        open.incrementAndGet();
        publish();
    }

    /** The host calls this when a connection has ended. */
    public void closed() {
        open.decrementAndGet();
        publish();
    }

    /** How many connections were accepted since this worker started. */
    public long accepted() {
        return accepted.get();
    }

    /** How many connections are open. */
    public long open() {
        return open.get();
    }

    /** This worker accepts no more: the others do not measure themselves by it. */
    void leave() {
        left = true;
        publish();
    }

    /** Threads may overtake each other between their count and its publication: the last to publish sees to it. */
    private void publish() {
        long published;
        do {
            published = current();
            scoreboard.publish(index, published);
        } while (published != current());
    }

    private long current() {
        return left ? Scoreboard.ABSENT : open.get();
    }

    private boolean isAhead() {
        long sum = 0;
        int present = 0;
        for (int i = 0; i < scoreboard.workers(); i++) {
            long count = scoreboard.open(i);
            if (count != Scoreboard.ABSENT) {
                sum += count;
                present++;
            }
        }
        double mean = (double) sum / Math.max(1, present);
        return open.get() - mean >= Math.max(SLACK, mean / 8);
    }

    /** Whom this worker waits for; itself if there is nobody else. */
    private int leastLoaded() {
        int least = index;
        for (int i = 0; i < scoreboard.workers(); i++) {
            long count = scoreboard.open(i);
            if (count != Scoreboard.ABSENT && count < scoreboard.open(least)) {
                least = i;
            }
        }
        return least;
    }

    private synchronized boolean isSuspended() {
        return clock.getAsLong() - suspendedUntil < 0;
    }

    private synchronized void remember(boolean inVain) {
        if (inVain) {
            suspendedUntil = clock.getAsLong() + suspension;
            suspension = Math.min(2 * suspension, LONGEST_SUSPENSION_NANOS);
        } else {
            suspension = FIRST_SUSPENSION_NANOS;
        }
    }
}
