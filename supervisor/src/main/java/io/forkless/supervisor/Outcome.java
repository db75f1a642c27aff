package io.forkless.supervisor;

/** How a supervision ended. */
public enum Outcome {
    /** Every worker has drained and exited by itself. */
    DRAINED,
    /** At least one worker had to be killed: it did not drain in time, or the supervisor was told to kill. */
    KILLED,
    /** No worker could be brought to serve. */
    GAVE_UP
}
