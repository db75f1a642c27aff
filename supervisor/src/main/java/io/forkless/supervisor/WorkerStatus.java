package io.forkless.supervisor;

import java.time.Duration;

/**
 * One worker at one moment.
 *
 * @param index from 0
 * @param pid of the process that was spawned, or -1 if there is none now
 * @param inState how long it has been in that state
 * @param restarts how often a process was started in this worker's place after the first one
 * @param lastExit why the previous process ended, in words; empty if there was none
 */
public record WorkerStatus(int index, long pid, WorkerState state, Duration inState, int restarts, String lastExit) {}
