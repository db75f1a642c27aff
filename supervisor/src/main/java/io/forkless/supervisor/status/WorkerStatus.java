package io.forkless.supervisor.status;

import java.time.Duration;

/**
 * One worker at one moment. The numbers of a process are those of its latest heartbeat, 0 if there is no process.
 *
 * @param index from 0; no two processes have the same one at the same time
 * @param pid of the process that was spawned, or -1 if there is none now
 * @param inState how long it has been in that state
 * @param uptime how long the process has been running
 * @param restarts how often a process was started in this worker's place after the first one
 * @param lastExit why the previous process ended, in words; empty if there was none
 * @param accepted connections since the process was started
 * @param open connections
 * @param heapUsed in bytes
 * @param resident memory in bytes, or -1 if the platform does not tell
 */
public record WorkerStatus(
        int index,
        long pid,
        WorkerState state,
        Duration inState,
        Duration uptime,
        int restarts,
        String lastExit,
        long accepted,
        long open,
        long heapUsed,
        long resident) {}
