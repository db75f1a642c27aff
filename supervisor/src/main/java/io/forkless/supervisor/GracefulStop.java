package io.forkless.supervisor;

import io.forkless.internal.control.Scoreboard;
import io.forkless.supervisor.link.EventLoop;
import io.forkless.supervisor.listen.Listeners;
import io.forkless.supervisor.output.Log;
import io.forkless.supervisor.pool.WorkerPool;
import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * The end that loses no request: no worker is started any more, the workers empty the queues of the listeners, and then
 * drain. They drain in any case, whatever fails before, and however long it takes. Belongs to the event loop's thread.
 */
final class GracefulStop {
    /** How long the workers may take to accept what is queued before they are told to drain. */
    private static final Duration QUIESCE_LIMIT = Duration.ofSeconds(2);

    /** How long a provider may take in all; after that the workers drain without its word. */
    private static final Duration PROVIDER_LIMIT = QUIESCE_LIMIT.plusSeconds(8);

    /** Time for the clients of one worker to be served by another one, where the queue cannot be closed to them. */
    private static final Duration BETWEEN_DRAINS = Duration.ofMillis(200);

    private static final System.Logger LOG = Log.supervisor();

    private final EventLoop loop;
    private final WorkerPool fleet;
    private final Listeners listeners;
    private final Scoreboard scoreboard;
    private boolean draining;

    GracefulStop(EventLoop loop, WorkerPool fleet, Listeners listeners, Scoreboard scoreboard) {
        this.loop = loop;
        this.fleet = fleet;
        this.listeners = listeners;
        this.scoreboard = scoreboard;
    }

    void begin() {
        LOG.log(Level.INFO, "stopping: draining {0} workers", fleet.workers());
        try {
            fleet.stopRestarting();
        } finally {
            loop.after(PROVIDER_LIMIT, () -> drain(BETWEEN_DRAINS));
            boolean serving = fleet.anyReady();
            loop.executeElsewhere("forkless-quiesce", true, () -> closeListeners(serving));
        }
    }

    private void closeListeners(boolean serving) {
        Duration apart = BETWEEN_DRAINS;
        try {
            // If nobody serves there is nobody to empty the queues.
            apart = !serving || listeners.quiesce(scoreboard, QUIESCE_LIMIT) ? Duration.ZERO : BETWEEN_DRAINS;
        } catch (Throwable e) {
            LOG.log(Level.WARNING, "queued connections may be reset", e);
        } finally {
            closeListenersAndDrain(apart);
        }
    }

    private void closeListenersAndDrain(Duration apart) {
        try {
            listeners.close();
        } finally {
            loop.execute(() -> drain(apart));
        }
    }

    private void drain(Duration apart) {
        if (!draining) {
            fleet.drainAll(apart);
            draining = true; // if it has failed, the timer tries again
        }
    }
}
