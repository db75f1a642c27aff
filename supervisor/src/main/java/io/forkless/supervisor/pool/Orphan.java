package io.forkless.supervisor.pool;

import java.time.Duration;

/**
 * A worker that an earlier supervisor has left, and that is to be adopted.
 *
 * @param index as the worker knows it
 * @param age of its process
 */
public record Orphan(WorkerProcess process, int index, Duration age, Condition condition) {
    /** Its state, as it has reported it, or as it was when it was last heard of. */
    public enum Condition {
        /** It serves, as far as is known. */
        READY,
        /** It does not serve yet, or no longer. */
        UNREADY,
        /** It was told to drain. */
        DRAINING
    }
}
