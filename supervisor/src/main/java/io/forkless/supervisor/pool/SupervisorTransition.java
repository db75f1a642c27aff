package io.forkless.supervisor.pool;

import java.util.Set;

/**
 * The life of a supervisor as a table: which event leads from which states to which one. {@link SupervisorLife} makes no
 * other transition. A test compares the picture in docs/design.md with it.
 */
public enum SupervisorTransition {
    START(SupervisorState.STARTING, SupervisorState.NEW),
    /** The first processes have been started. */
    RUN(SupervisorState.RUNNING, SupervisorState.STARTING),
    /** It was told to stop. */
    QUIESCE(SupervisorState.QUIESCING, SupervisorState.RUNNING),
    /** The queues are empty, or that took too long, or it was told to kill. */
    DRAIN(SupervisorState.DRAINING, SupervisorState.QUIESCING),
    /** It was told to stop before it ran, its start has failed, it has given up, or the last worker has gone. */
    END(
            SupervisorState.ENDED,
            SupervisorState.NEW,
            SupervisorState.STARTING,
            SupervisorState.RUNNING,
            SupervisorState.QUIESCING,
            SupervisorState.DRAINING);

    private final SupervisorState to;
    private final Set<SupervisorState> from;

    SupervisorTransition(SupervisorState to, SupervisorState... from) {
        this.to = to;
        this.from = Set.of(from);
    }

    SupervisorState to() {
        return to;
    }

    boolean isPossibleIn(SupervisorState state) {
        return from.contains(state);
    }
}
