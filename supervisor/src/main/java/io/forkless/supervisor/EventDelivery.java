package io.forkless.supervisor;

import io.forkless.supervisor.output.Log;
import io.forkless.supervisor.output.Outlet;
import io.forkless.supervisor.status.SupervisorEvent;
import io.forkless.supervisor.status.SupervisorListener;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;

/**
 * Brings each event to all listeners, each of which has a thread and a queue of its own: none waits for another one, and the
 * supervisor for none until the end. Thread-safe.
 */
final class EventDelivery {
    /** For some restarts with some hundred workers, say. */
    static final int CAPACITY = 1024;

    /** Enough for what is told last although one listener before it has hung for as long as a command may take. */
    private static final Duration END_LIMIT = Duration.ofSeconds(20);

    private static final System.Logger LOG = Log.supervisor();

    private final List<Recipient> recipients;

    EventDelivery(List<SupervisorListener> listeners) {
        recipients = listeners.stream().map(Recipient::new).toList();
    }

    /** Never waits. */
    void tell(SupervisorEvent event) {
        recipients.forEach(recipient -> recipient.tell(event));
    }

    /** Whether it is a listener that asks, in the middle of an event. */
    boolean isCalling() {
        return recipients.stream().anyMatch(Recipient::isCalling);
    }

    /** Waits until all have heard everything, within reason. */
    void awaitHeard() {
        long deadline = System.nanoTime() + END_LIMIT.toNanos();
        for (Recipient recipient : recipients) {
            recipient.awaitHeard(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
        }
    }

    private static final class Recipient {
        private final SupervisorListener listener;
        private final Outlet outlet;
        private boolean slow;
        private volatile Thread calling;

        Recipient(SupervisorListener listener) {
            this.listener = listener;
            this.outlet = new Outlet("forkless-listener", CAPACITY, this::report);
        }

        synchronized void tell(SupervisorEvent event) {
            boolean dropped = !outlet.offer(() -> call(event));
            if (dropped && !slow) { // now, since it may be that nothing will ever be heard again
                LOG.log(
                        Level.WARNING,
                        "{0} is too slow: {1} events wait, and more are dropped",
                        listener,
                        "" + CAPACITY);
            }
            slow = dropped;
        }

        private void report(long dropped) {
            LOG.log(Level.WARNING, "{0} was too slow: {1} events were dropped", listener, "" + dropped);
        }

        private void call(SupervisorEvent event) {
            calling = Thread.currentThread();
            try {
                listener.onEvent(event);
            } catch (Throwable e) { // the others come next
                LOG.log(
                        Level.WARNING,
                        listener + " has failed on " + event.type().id(),
                        e);
            } finally {
                calling = null;
            }
        }

        boolean isCalling() {
            return calling == Thread.currentThread();
        }

        void awaitHeard(Duration limit) {
            if (!outlet.flush(limit)) {
                LOG.log(
                        Level.WARNING,
                        "{0} has not heard everything within {1} s; going on",
                        listener,
                        END_LIMIT.toSeconds());
            }
        }
    }
}
