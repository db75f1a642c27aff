package io.forkless.supervisor;

/**
 * Where a worker stands.
 *
 * <pre>
 * STARTING ──ready──▶ READY ──stop──▶ DRAINING ──exit──▶ STOPPED
 *    │                  │
 *    └──exit──┬──exit───┘
 *             ▼
 *          BACKOFF ──delay──▶ STARTING
 *             │
 *             └──too many failed starts in a row, and nobody else serves──▶ FAILED
 * </pre>
 */
public enum WorkerState {
    /** The process runs and has not reported that it serves. */
    STARTING,
    /** The worker serves. */
    READY,
    /** The worker has been told to finish what it has accepted and to exit. */
    DRAINING,
    /** There is no process, and none will be started. */
    STOPPED,
    /** The process died; the next one starts after a delay. */
    BACKOFF,
    /** The supervisor has given this worker up. */
    FAILED
}
