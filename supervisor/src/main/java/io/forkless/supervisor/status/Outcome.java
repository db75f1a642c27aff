package io.forkless.supervisor.status;

/** How a supervision ended. */
public enum Outcome {
    /** Every worker that served has drained and exited with status 0. */
    DRAINED(0),
    /**
     * Connections may have been lost: at least one worker had to be killed, since it did not drain in time or since the
     * supervisor was told to kill, or it ended with an error in place of a drain. One that was never ready does not count: it
     * had no connection; nor does one whose exit fails when it has drained.
     */
    KILLED(5),
    /** No worker could be brought to serve. */
    GAVE_UP(4),
    /** Another supervisor has taken over the workers, which serve on. */
    HANDED_OVER(0);

    private final int exitStatus;

    Outcome(int exitStatus) {
        this.exitStatus = exitStatus;
    }

    /** What the {@code forkless} command reports for it. */
    public int exitStatus() {
        return exitStatus;
    }
}
