package io.forkless.supervisor.pool;

import io.forkless.supervisor.status.WorkerState;
import java.util.Set;

/**
 * The life of a worker as a table: which event leads from which states to which one. {@link WorkerSlot} makes no other
 * transition. A test compares the pictures in {@link WorkerState} and docs/design.md with it.
 *
 * <p>Standby workers will add their states between STARTING and READY.
 */
enum WorkerTransition {
    /** A process was started. */
    LAUNCH(WorkerState.STARTING, WorkerState.NEW, WorkerState.BACKOFF),
    /** A process that an earlier supervisor has started belongs to this one from now on. */
    ADOPT(WorkerState.READY, WorkerState.NEW),
    /** The process has reported that it serves. */
    BECOME_READY(WorkerState.READY, WorkerState.STARTING),
    /** The process has reported that it does not serve any more. */
    BECOME_UNREADY(WorkerState.STARTING, WorkerState.READY),
    /** The process was told to drain, or drains by itself because its link is lost. */
    DRAIN(WorkerState.DRAINING, WorkerState.STARTING, WorkerState.READY),
    /** The process is to end at once. */
    KILL(WorkerState.KILLING, WorkerState.STARTING, WorkerState.READY, WorkerState.DRAINING),
    /** The process is gone or could not be started, and the next one starts after a delay. */
    RETRY(
            WorkerState.BACKOFF,
            WorkerState.NEW,
            WorkerState.STARTING,
            WorkerState.READY,
            WorkerState.KILLING,
            WorkerState.BACKOFF,
            WorkerState.FAILED),
    /** The process is gone or could not be started, and so were too many before it. */
    GIVE_UP(
            WorkerState.FAILED,
            WorkerState.NEW,
            WorkerState.STARTING,
            WorkerState.READY,
            WorkerState.KILLING,
            WorkerState.BACKOFF),
    /** There is no process, and none will be started. */
    END(
            WorkerState.STOPPED,
            WorkerState.NEW,
            WorkerState.STARTING,
            WorkerState.READY,
            WorkerState.DRAINING,
            WorkerState.KILLING,
            WorkerState.BACKOFF,
            WorkerState.FAILED);

    private final WorkerState to;
    private final Set<WorkerState> from;

    WorkerTransition(WorkerState to, WorkerState... from) {
        this.to = to;
        this.from = Set.of(from);
    }

    WorkerState to() {
        return to;
    }

    boolean isPossibleIn(WorkerState state) {
        return from.contains(state);
    }
}
