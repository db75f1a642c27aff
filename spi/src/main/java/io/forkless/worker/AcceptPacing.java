package io.forkless.worker;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Keeps one worker from taking a whole burst of connections while its siblings are still waking up.
 *
 * <p>A worker that is awake wins the next connection of a shared listener again and again: 64 keep-alive connections
 * opened at once may end up on one worker of four, and stay there. So an acceptor whose count of open connections rose
 * by {@value #RISE} within {@value #WINDOW_NANOS} ns pauses for {@value #PAUSE_NANOS} ns before its next accept. A
 * steady state, in which connections end as fast as they come, is not slowed down.
 *
 * <p>Thread-safe; one instance is shared by all acceptors of a listener.
 */
public final class AcceptPacing {
    static final long WINDOW_NANOS = 2_000_000;
    static final long PAUSE_NANOS = 1_000_000;
    static final int RISE = 2;

    private final LongSupplier clock;
    private final LongConsumer pause;
    private final AtomicLong open = new AtomicLong();
    private long windowStart;
    private long openAtWindowStart;

    public AcceptPacing() {
        this(System::nanoTime, LockSupport::parkNanos);
    }

    AcceptPacing(LongSupplier clock, LongConsumer pause) {
        this.clock = clock;
        this.pause = pause;
        this.windowStart = clock.getAsLong();
    }

    /** An acceptor calls this before each accept; it may pause. */
    public void beforeAccept() {
        if (isBurst()) {
            pause.accept(PAUSE_NANOS);
        }
    }

    /** An acceptor calls this as soon as accept has returned: later the count would lag behind the burst. */
    public void opened() {
        open.incrementAndGet();
    }

    /** The host calls this when a connection has ended. */
    public void closed() {
        open.decrementAndGet();
    }

    /** How many connections are open now: {@link #opened()} less {@link #closed()}. */
    public long open() {
        return open.get();
    }

    private synchronized boolean isBurst() {
        long now = clock.getAsLong();
        long openNow = open.get();
        boolean burst = now - windowStart < WINDOW_NANOS && openNow - openAtWindowStart >= RISE;
        if (burst || now - windowStart >= WINDOW_NANOS) {
            windowStart = now;
            openAtWindowStart = openNow;
        }
        return burst;
    }
}
