package io.forkless.supervisor;

/** How a supervision ended. */
public enum Outcome {
    /** Every worker that served has drained and exited with status 0. */
    DRAINED,
    /**
     * Connections may have been lost: at least one worker had to be killed, since it did not drain in time or since the
     * supervisor was told to kill, or it ended with an error in place of a drain.
     */
    KILLED,
    /** No worker could be brought to serve. */
    GAVE_UP
}
