package io.forkless.supervisor.pool;

/** Where a supervisor stands; see {@link SupervisorTransition}. */
public enum SupervisorState {
    /** It was not told to start yet. */
    NEW,
    /** It opens listeners and starts the first processes. */
    STARTING,
    /** Workers serve, or are on their way to it. */
    RUNNING,
    /** No process is started any more. The workers empty the queues of the listeners. */
    QUIESCING,
    /** The workers were told to drain, or are being killed. */
    DRAINING,
    /** There is no worker, and none will be started. What is left is to give back resources. */
    ENDED;

    /** Whether no process is started any more. */
    public boolean isStopping() {
        return this == QUIESCING || this == DRAINING || this == ENDED;
    }
}
