package io.forkless.undertow;

import io.forkless.worker.AcceptPacing;
import java.util.concurrent.atomic.AtomicLong;

/** How many connections a server has, over all its listeners; tells the worker's accept pacing about each. */
final class ConnectionCounts {
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong open = new AtomicLong();
    private final AcceptPacing pacing;
    private final boolean paced;

    /** @param pacing null where there is no supervisor */
    ConnectionCounts(AcceptPacing pacing, boolean paced) {
        this.pacing = pacing;
        this.paced = paced && pacing != null;
    }

    /** May pause, in favour of workers that have fewer connections. */
    void beforeAccept() {
        if (paced) {
            pacing.beforeAccept();
        }
    }

    void opened() {
        accepted.incrementAndGet();
        open.incrementAndGet();
        if (pacing != null) {
            pacing.opened();
        }
    }

    void closed() {
        open.decrementAndGet();
        if (pacing != null) {
            pacing.closed();
        }
    }

    long accepted() {
        return accepted.get();
    }

    long open() {
        return open.get();
    }

    boolean isPaced() {
        return paced;
    }
}
