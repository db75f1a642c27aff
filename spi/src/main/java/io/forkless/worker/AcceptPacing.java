package io.forkless.worker;

import io.forkless.internal.control.Scoreboard;
import io.forkless.spi.SharedServerSocketChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Leaves clients to the workers that can serve them, and connections to the workers that have fewer of them.
 *
 * <p>The kernel gives a client to whoever waits in accept, with or without a thread to serve it. So a worker publishes
 * how long it has had no free thread, and one without such a thread does not wait in accept: it waits until a client is
 * queued, and takes it only if no other worker is less pressed.
 *
 * <p>A worker that is awake wins the next connection of a shared listener again and again: of 64 keep-alive connections
 * opened at once, one worker of four may take 50 and keep them. The same happens after a restart, when the old workers
 * have many connections and the new one has none. So the workers also publish how many connections each has open, and an
 * acceptor whose worker is ahead of the average of those that are not more pressed, by at least {@value #SLACK}, and by
 * an eighth, waits with its next accept until it no longer is.
 *
 * <p>The waits are short and never a condition for serving. A client stays queued for less pressed workers for no longer
 * than {@value #QUEUED_PATIENCE_NANOS} ns in which these accept nothing (they may be frozen), and each time that this was
 * in vain for half as long as the time before. The wait for an even spread ends after {@value #PATIENCE_NANOS} ns. If the
 * worker with the fewest connections took none meanwhile, the next waits are suspended, for longer and longer. Workers
 * that have free threads and evenly spread connections, and a worker on its own, never leave anything to others.
 *
 * <p>Thread-safe; all listeners of a worker share one instance, see {@link Worker#acceptPacing()}.
 */
public final class AcceptPacing {
    static final int SLACK = 2;
    static final long PATIENCE_NANOS = 50_000_000;
    static final long POLL_NANOS = 500_000;
    static final long FIRST_SUSPENSION_NANOS = 10_000_000;
    static final long LONGEST_SUSPENSION_NANOS = 2_000_000_000;

    /**
     * How long a client stays queued for less pressed workers that take nobody: on a busy machine they need their time, and
     * a worker without a free thread could not serve him sooner.
     */
    static final long QUEUED_PATIENCE_NANOS = 5_000_000_000L;

    /** How long a worker without a free thread waits for a client, before it looks at its threads again. */
    static final long LOOK_NANOS = 10_000_000;

    private static final long NOBODY = -1;

    private final Scoreboard scoreboard;
    private final int index;
    private final LongSupplier clock;
    private final LongConsumer pause;
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong open = new AtomicLong();
    private final Pressure pressure;
    private volatile boolean present;
    private volatile boolean left;
    private volatile long patience = QUEUED_PATIENCE_NANOS;
    private volatile long taken = NOBODY;
    private long suspension = FIRST_SUSPENSION_NANOS;
    private long suspendedUntil;

    /** Of a worker that leaves no client to others, since there are none. */
    static AcceptPacing withoutSiblings() {
        return new AcceptPacing(Scoreboard.ofOneWorker(), 0);
    }

    AcceptPacing(Scoreboard scoreboard, int index) {
        this(scoreboard, index, System::nanoTime, LockSupport::parkNanos);
    }

    AcceptPacing(Scoreboard scoreboard, int index, LongSupplier clock, LongConsumer pause) {
        this.scoreboard = scoreboard;
        this.index = index;
        this.clock = clock;
        this.pause = pause;
        this.pressure = new Pressure(clock);
        this.suspendedUntil = clock.getAsLong();
    }

    /**
     * Names a limit of what this worker can serve at a time.
     *
     * @param freeThreads how many threads of a pool could take a request now; none if zero or negative, {@link
     *     Long#MAX_VALUE} if unknown or unlimited. Called often and by any thread
     */
    void limitedBy(LongSupplier freeThreads) {
        pressure.limitedBy(freeThreads);
    }

    /**
     * An acceptor calls this before each accept; it may pause, and returns at once if the listener is closed.
     *
     * @param listener from which it is going to accept; null if it is closed
     */
    public void beforeAccept(ServerSocketChannel listener) {
        announce();
        if (publishPressure() > Pressure.NONE) {
            leaveClients(listener);
        }
        leaveConnections();
    }

    /**
     * This worker is about to tell that it is ready: clients may come before its acceptors have been here for the first time,
     * and a worker without a free thread is not to take them. No effect in a program whose acceptors never come here.
     */
    void arrive() {
        if (pressure.isLimited()) {
            announce();
        }
    }

    private void announce() {
        if (!present) {
            present = true;
            publish(); // from now on the others leave connections to this worker
        }
    }

    /** An acceptor calls this as soon as accept has returned. */
    public void opened() {
        pressure.claim();
        accepted.incrementAndGet();
        open.incrementAndGet();
        publish();
    }

    /** The host calls this when a connection has ended. */
    public void closed() {
        pressure.ended();
        open.decrementAndGet();
        publish();
    }

    /** The supervisor may have had to make the scoreboard again; called now and then. */
    void refresh() {
        if (scoreboard.follow() && (present || accepted.get() > 0)) {
            publish();
            publishPressure();
        }
    }

    /** How many connections were accepted since this worker started. */
    public long accepted() {
        return accepted.get();
    }

    /** How many connections are open. */
    public long open() {
        return open.get();
    }

    /** Whether a request would have to wait for a thread now. */
    public boolean isSaturated() {
        return pressure.current() > Pressure.CLAIMED;
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
            scoreboard.publish(index, published, accepted.get());
        } while (published != current());
    }

    private long current() {
        return left ? Scoreboard.ABSENT : open.get();
    }

    private long publishPressure() {
        long current = pressure.current();
        if (scoreboard.pressure(index) != current) {
            scoreboard.publishPressure(index, current);
        }
        return current;
    }

    /** As long as no thread is free here, and no client is queued or one that a less pressed worker is to take. */
    private void leaveClients(ServerSocketChannel listener) {
        long since = clock.getAsLong();
        while (publishPressure() > Pressure.NONE && mayWait() && listener != null && listener.isOpen()) {
            boolean queued = awaitQueued(listener);
            long takenNow = acceptedByLessPressed();
            long now = clock.getAsLong();
            if (!queued) {
                since = now;
            } else if (takenNow == NOBODY) {
                return;
            } else if (takenNow != taken) {
                since = now;
                taken = takenNow;
                patience = QUEUED_PATIENCE_NANOS;
            } else if (now - since >= patience) {
                patience /= 2;
                return;
            }
            if (queued) {
                pause.accept(POLL_NANOS);
            }
        }
    }

    private void leaveConnections() {
        if (!isAhead() || isSuspended()) {
            return;
        }
        int behind = leastLoaded();
        long had = scoreboard.accepted(behind);
        long start = clock.getAsLong();
        boolean ahead = true;
        while (ahead && clock.getAsLong() - start < PATIENCE_NANOS && mayWait()) {
            pause.accept(POLL_NANOS);
            ahead = isAhead();
        }
        remember(ahead && scoreboard.accepted(behind) == had);
    }

    private boolean mayWait() {
        return !left && !Thread.currentThread().isInterrupted();
    }

    private static boolean awaitQueued(ServerSocketChannel listener) {
        return !(listener instanceof SharedServerSocketChannel shared) || shared.awaitQueued(LOOK_NANOS);
    }

    /** How many clients the workers that are less pressed than this one have accepted, or {@link #NOBODY}. */
    private long acceptedByLessPressed() {
        long own = scoreboard.pressure(index);
        long sum = NOBODY;
        for (int i = 0; i < scoreboard.workers(); i++) {
            if (isPresent(i) && scoreboard.pressure(i) < own) {
                sum = Math.max(0, sum) + scoreboard.accepted(i);
            }
        }
        return sum;
    }

    private boolean isAhead() {
        long sum = 0;
        int peers = 0;
        for (int i = 0; i < scoreboard.workers(); i++) {
            if (isPeer(i)) {
                sum += scoreboard.open(i);
                peers++;
            }
        }
        double mean = (double) sum / Math.max(1, peers);
        return open.get() - mean >= Math.max(SLACK, mean / 8);
    }

    /** Whom this worker waits for; itself if there is nobody else. */
    private int leastLoaded() {
        int least = index;
        for (int i = 0; i < scoreboard.workers(); i++) {
            if (isPeer(i) && scoreboard.open(i) < scoreboard.open(least)) {
                least = i;
            }
        }
        return least;
    }

    /** Whether this worker may measure itself by that one, which could take its clients. */
    private boolean isPeer(int other) {
        return isPresent(other) && scoreboard.pressure(other) <= scoreboard.pressure(index);
    }

    private boolean isPresent(int worker) {
        return scoreboard.open(worker) != Scoreboard.ABSENT;
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
