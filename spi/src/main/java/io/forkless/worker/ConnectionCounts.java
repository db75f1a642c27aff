package io.forkless.worker;

import java.nio.channels.ServerSocketChannel;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The connections of one server or connector: how many it has accepted, how many are open, and whether one may be on its
 * way from an acceptor into the server. In a worker each is reported to its {@link AcceptPacing} as well.
 *
 * <p>Thread-safe.
 */
public final class ConnectionCounts {
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong open = new AtomicLong();
    private final AtomicLong accepting = new AtomicLong();
    private volatile AcceptPacing pacing;
    private volatile boolean paced = true;

    /** For a server that is nobody's worker, until {@link #joinPacing}. */
    public ConnectionCounts() {}

    /**
     * From now on this is a worker's server. Called while no connection is open.
     *
     * @param freeThreads how many of the server's threads could take a request now; none if zero or negative, {@link
     *     Long#MAX_VALUE} if unknown or unlimited. Called often and by any thread
     */
    public void joinPacing(AcceptPacing workerPacing, LongSupplier freeThreads) {
        workerPacing.limitedBy(freeThreads);
        pacing = workerPacing;
    }

    /**
     * An acceptor calls this before each accept, and {@link #afterAccept} in any case; it may pause, in favour of workers
     * that have free threads or fewer connections.
     *
     * @param listener from which it is going to accept; null if it is closed
     */
    public void beforeAccept(ServerSocketChannel listener) {
        accepting.incrementAndGet();
        AcceptPacing current = pacing;
        if (current != null && paced) {
            current.beforeAccept(listener);
        }
    }

    /** An acceptor calls this when it has handed over what it accepted, or when accept has failed. */
    public void afterAccept() {
        accepting.decrementAndGet();
    }

    /** An acceptor calls this as soon as accept has returned. */
    public void opened() {
        accepted.incrementAndGet();
        open.incrementAndGet();
        AcceptPacing current = pacing;
        if (current != null) {
            current.opened();
        }
    }

    /** The host calls this when a connection has ended. */
    public void closed() {
        open.decrementAndGet();
        AcceptPacing current = pacing;
        if (current != null) {
            current.closed();
        }
    }

    /** Connections accepted since the start of the JVM. */
    public long accepted() {
        return accepted.get();
    }

    /** Connections that are open. */
    public long open() {
        return open.get();
    }

    /** Whether an acceptor may have a connection that is not counted as open yet. */
    public boolean isAccepting() {
        return accepting.get() > 0;
    }

    /** Whether everything that was accepted has ended; of interest when the listeners were given up. */
    public boolean isDrained() {
        return !isAccepting() && open() == 0; // in this order, as an acceptor counts one as open before it leaves
    }

    /** Whether a request would have to wait for a thread now; never without a worker. */
    public boolean isSaturated() {
        AcceptPacing current = pacing;
        return current != null && current.isSaturated();
    }

    /** Whether {@link #beforeAccept} may pause; it may, unless set. */
    public boolean isPaced() {
        return paced;
    }

    public void setPaced(boolean paced) {
        this.paced = paced;
    }
}
