package io.forkless.testing.load;

/** How a client uses its connections. */
public enum Manner {
    /** A connection for each request. */
    CLOSE(1, 0),
    /** One request after the other over a connection, until the server announces its end. */
    KEEP_ALIVE(1, 0),
    /** The same with a pause in between, in which the server may close the connection. */
    PAUSING(1, 5_000_000),
    /** Several requests at a time; those after an announced end were not processed, and are sent again. */
    PIPELINED(4, 0);

    final int depth;
    final long pauseNanos;

    Manner(int depth, long pauseNanos) {
        this.depth = depth;
        this.pauseNanos = pauseNanos;
    }
}
