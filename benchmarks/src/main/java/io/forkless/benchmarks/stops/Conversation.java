package io.forkless.benchmarks.stops;

import io.forkless.testing.load.RequestException;

/** A connection on which one exchange follows the other. Used by one thread. */
interface Conversation extends AutoCloseable {
    /**
     * Sends one request, or a few at a time, and reads what comes back.
     *
     * @throws RequestException if the connection is of no use any more, since a request got no good answer; the caller
     *     counts that one
     */
    void exchange(Counter counter) throws RequestException, InterruptedException;

    /** Whether the server has announced the connection's end. */
    boolean isLast();

    @Override
    void close();

    /** Takes what became of each request. */
    interface Counter {
        void answered();

        void failed(RequestException failure);
    }
}
