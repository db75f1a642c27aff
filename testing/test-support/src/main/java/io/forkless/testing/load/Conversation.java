package io.forkless.testing.load;

import java.time.Duration;

/** A connection on which one exchange follows the other. Used by one thread. */
public interface Conversation extends AutoCloseable {
    /**
     * Sends one request, or a few at a time, and reads what comes back.
     *
     * @throws RequestException if the connection is of no use any more, since a request got no good answer; the caller
     *     counts that one
     */
    void exchange(Counter counter) throws RequestException, InterruptedException;

    /** Whether nothing more can be sent: the server has announced the connection's end. */
    boolean isLast();

    /** Between two exchanges. */
    default Duration pause() {
        return Duration.ZERO;
    }

    @Override
    void close();

    /** Connects. */
    @FunctionalInterface
    interface Opener {
        Conversation open() throws RequestException, InterruptedException;
    }

    /** Takes what became of each request. */
    interface Counter {
        /** @param worker who has answered, if the answer tells */
        void answered(String worker);

        void failed(RequestException failure);
    }
}
