package io.forkless.supervisor;

import io.forkless.internal.control.Scoreboard;
import io.forkless.supervisor.link.EventLoop;
import io.forkless.supervisor.listen.Listeners;
import io.forkless.supervisor.output.Log;
import io.forkless.supervisor.pool.Queues;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.Consumer;

/** Has the workers empty the queues of the real listeners, on a thread of its own. Belongs to the event loop's thread. */
final class ListenerQueues implements Queues {
    /** How long the workers may take to accept what is queued before they are told to drain. */
    private static final Duration QUIESCE_LIMIT = Duration.ofSeconds(2);

    private static final System.Logger LOG = Log.supervisor();

    private final EventLoop loop;
    private final Listeners listeners;
    private final Scoreboard scoreboard;

    ListenerQueues(EventLoop loop, Listeners listeners, Scoreboard scoreboard) {
        this.loop = loop;
        this.listeners = listeners;
        this.scoreboard = scoreboard;
    }

    @Override
    public void close(boolean anyReady, Consumer<Boolean> whenClosed) {
        loop.executeElsewhere("forkless-quiesce", true, () -> closeListeners(anyReady, whenClosed));
    }

    private void closeListeners(boolean anyReady, Consumer<Boolean> whenClosed) {
        boolean nothingQueued = false;
        try {
            // If nobody serves there is nobody to empty the queues.
            nothingQueued = !anyReady || listeners.quiesce(scoreboard, QUIESCE_LIMIT);
        } catch (Throwable e) {
            LOG.log(Level.WARNING, "queued connections may be reset", e);
        } finally {
            closeListenersAndTell(nothingQueued, whenClosed);
        }
    }

    private void closeListenersAndTell(boolean nothingQueued, Consumer<Boolean> whenClosed) {
        try {
            listeners.close();
        } finally {
            loop.execute(() -> whenClosed.accept(nothingQueued));
        }
    }
}
