package io.forkless.supervisor.pool;

import java.util.function.Consumer;

/** The listeners' queues of connections, as the state machine sees them. */
public interface Queues {
    /**
     * Lets the workers empty the queues, and closes the listeners. Returns at once.
     *
     * @param anyReady whether there is a worker that can empty them
     * @param whenClosed is called on the loop's thread, whatever fails, with whether the workers may give up their copies of
     *     the listeners all at once, because nothing is queued from now on; not called if a provider does not answer
     */
    void close(boolean anyReady, Consumer<Boolean> whenClosed);
}
