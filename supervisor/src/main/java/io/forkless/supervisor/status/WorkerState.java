package io.forkless.supervisor.status;

/**
 * Where a worker stands.
 *
 * <pre>
 * STARTING ──ready──▶ READY ──stop──▶ DRAINING ──exit──▶ STOPPED
 *    │ ▲                │ │
 *    │ └─────unready────┘ │
 *    └──exit──┬──exit─────┘
 *             ▼
 *          BACKOFF ──delay──▶ STARTING
 *             │
 *             └──too many failed starts in a row, and nobody else serves──▶ FAILED
 * </pre>
 *
 * A start has failed when the process ends before it has been READY for 10 seconds, or for the ready hold if that is longer.
 */
public enum WorkerState {
    /** The process runs and has not reported that it serves, or has reported that it does not do so any more. */
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
