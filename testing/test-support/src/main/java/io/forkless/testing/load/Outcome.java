package io.forkless.testing.load;

/**
 * What became of a request, or of the attempt to connect for it: where it failed, as far as a client can tell. In the order in
 * which they may happen to a request, what can be repeated without risk first.
 */
public enum Outcome {
    /** Status 200, complete. */
    OK("answered"),
    /** The connection was refused: nobody listens. */
    REFUSED("refused"),
    /**
     * The server has told that it did not process the request, which can be sent again: it came after an announced end of
     * the connection, or on a stream beyond the last one of a GOAWAY.
     */
    UNPROCESSED("unprocessed"),
    /**
     * The connection had been closed without announcement when the client came to use it again; it saw that before it had
     * sent the request, so that it can safely connect anew.
     */
    STALE("stale, seen"),
    /**
     * The same, but the request was sent: the connection ended before any byte of the response, and the client cannot know
     * whether the request was processed.
     */
    STALE_SENT("stale, sent"),
    /** The connection could not be made in time. */
    CONNECT_TIMEOUT("connect time-out"),
    /** The first request of a connection: it ended, or was reset, before any byte of the response. */
    ENDED_BEFORE("ended before"),
    /** It ended, or was reset, within a response, or between two responses to pipelined requests. */
    ENDED_WITHIN("ended within"),
    /** The response, or the rest of it, did not come in time. */
    ANSWER_TIMEOUT("answer time-out"),
    /** An answer other than 200, or none of HTTP. */
    WRONG("wrong");

    private final String label;

    Outcome(String label) {
        this.label = label;
    }

    /** In the words of a table's column. */
    public String label() {
        return label;
    }
}
