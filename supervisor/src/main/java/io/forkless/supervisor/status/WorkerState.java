package io.forkless.supervisor.status;

/**
 * Where a worker stands.
 *
 * <pre>
 * NEW, BACKOFF ──launch──▶ STARTING
 * NEW ──adopt──▶ READY
 * STARTING ──become ready──▶ READY
 * READY ──become unready──▶ STARTING
 * STARTING, READY ──drain──▶ DRAINING
 * STARTING, READY, DRAINING ──kill──▶ KILLING
 * NEW, STARTING, READY, KILLING, BACKOFF, FAILED ──retry──▶ BACKOFF
 * NEW, STARTING, READY, KILLING, BACKOFF ──give up──▶ FAILED
 * NEW, STARTING, READY, DRAINING, KILLING, BACKOFF, FAILED ──end──▶ STOPPED
 * </pre>
 *
 * <p>A process that exits, or cannot be started, makes the worker end if it is to go, else try again or give up: it gives up
 * after too many failed starts in a row if nobody else serves, and tries again once somebody does. A start has failed when
 * the process ends before it has been READY for 10 seconds, or for the ready hold if that is longer.
 */
public enum WorkerState {
    /** No process has been started yet. */
    NEW,
    /** The process runs and has not reported that it serves, or has reported that it does not do so any more. */
    STARTING,
    /** The worker serves. */
    READY,
    /** The worker has been told to finish what it has accepted and to exit. */
    DRAINING,
    /** The process is being killed: it may still write down what its threads do, and is killed until it has gone. */
    KILLING,
    /** There is no process, and none will be started. */
    STOPPED,
    /** The process died, or could not be started; the next one starts after a delay. */
    BACKOFF,
    /** The supervisor has given this worker up. */
    FAILED;

    /** Whether a worker in this state has a process. */
    public boolean hasProcess() {
        return this == STARTING || this == READY || this == DRAINING || this == KILLING;
    }
}
