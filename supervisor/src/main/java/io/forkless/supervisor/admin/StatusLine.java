package io.forkless.supervisor.admin;

import io.forkless.supervisor.status.WorkerStatus;

/** A {@link WorkerStatus} as an operator's command receives it: {@code key=value}, the last value may hold spaces. */
final class StatusLine {
    private StatusLine() {}

    static String encode(WorkerStatus worker) {
        return "index=" + worker.index()
                + " pid=" + worker.pid()
                + " state=" + worker.state()
                + " inStateMillis=" + worker.inState().toMillis()
                + " uptimeMillis=" + worker.uptime().toMillis()
                + " restarts=" + worker.restarts()
                + " accepted=" + worker.accepted()
                + " open=" + worker.open()
                + " heapUsed=" + worker.heapUsed()
                + " resident=" + worker.resident()
                + " lastExit=" + worker.lastExit();
    }
}
