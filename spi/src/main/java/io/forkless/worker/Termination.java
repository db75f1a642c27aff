package io.forkless.worker;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * What TERM to a worker leads to. Who ends a service often sends it to all of its processes ({@code systemctl stop} unless
 * told otherwise, timeout(1), {@code kill -- -PGID}), and then the supervisor has got it as well: it has the workers empty
 * the queues of the listeners before it tells them to drain. A worker that closed its copies before that would leave clients
 * in the queue. So a worker looks for a moment whether the supervisor is about to stop, and drains by itself if it is not.
 */
final class Termination implements Runnable {
    private static final Duration PATIENCE = Duration.ofMillis(500);
    private static final Duration INTERVAL = Duration.ofMillis(10);

    private final BooleanSupplier supervisorStops;
    private final Runnable drain;
    private boolean asked;

    Termination(BooleanSupplier supervisorStops, Runnable drain) {
        this.supervisorStops = supervisorStops;
        this.drain = drain;
    }

    /** May be called again while it runs; the second TERM drains at once. Each call has a thread of its own. */
    @Override
    public void run() {
        if (isFirst() && supervisorStopsSoon()) {
            return; // its word will come, or the end of the link to it
        }
        drain.run();
    }

    private synchronized boolean isFirst() {
        boolean first = !asked;
        asked = true;
        return first;
    }

    private boolean supervisorStopsSoon() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (!supervisorStops.getAsBoolean()) {
                if (System.nanoTime() > deadline) {
                    return false;
                }
                Thread.sleep(INTERVAL.toMillis());
            }
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }
}
