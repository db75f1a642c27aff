package io.forkless.testing.load;

import java.time.Duration;

/** How a client uses its connections to a server whose answer tells which worker has given it. */
public enum Manner {
    /** A connection for each request. */
    CLOSE(1, Duration.ZERO),
    /** One request after the other over a connection, until the server announces its end. */
    KEEP_ALIVE(1, Duration.ZERO),
    /** The same with a pause in between, in which the server may close the connection. */
    PAUSING(1, Duration.ofMillis(5)),
    /** Several requests at a time; those after an announced end were not processed, and are sent again. */
    PIPELINED(4, Duration.ZERO);

    private final int depth;
    private final Duration pause;

    Manner(int depth, Duration pause) {
        this.depth = depth;
        this.pause = pause;
    }

    /** Connects. */
    public Conversation open(Target target) throws RequestException {
        Exchange exchange = (connection, counter) -> {
            connection.send("/", this == CLOSE, depth);
            for (int i = 0; i < depth && !connection.isLast(); i++) {
                counter.answered(connection.receive());
            }
        };
        return exchange.open(target, pause);
    }
}
