package io.forkless.supervisor.pool;

import java.util.OptionalInt;

/**
 * How a process has ended.
 *
 * @param reason in words
 * @param refused whether it was because the process did not get what it had asked for
 * @param cut how many connections it had, as far as it is known, if it was told to go and has not drained
 */
record ProcessExit(String reason, boolean refused, long cut) {
    /** Whether a process that ends with this status may have had work left; with an unknown one it may. */
    static boolean isBad(OptionalInt status) {
        return status.isEmpty() || status.getAsInt() != 0;
    }

    /**
     * @param status empty if it is unknown
     * @param toGo whether it was told to go
     */
    static ProcessExit of(WorkerRun run, OptionalInt status, boolean toGo) {
        boolean wasReady = run.wasEverReady();
        // A refusal is the reason only now: a worker may ask for one address after the other until it gets one.
        if (!wasReady && run.refusal() != null) {
            return new ProcessExit(run.refusal(), true, 0);
        }
        boolean lossy = toGo && isBad(status) && run.mayLoseConnections();
        long cut = lossy ? run.heartbeat().open() : 0;
        String reason;
        if (run.killReason() != null) {
            reason = "killed: " + run.killReason();
        } else if (lossy && run.hasUsedUpItsDrain()) {
            reason = run.notDrainedInTime() + ": " + ExitReason.describe(status);
        } else {
            reason = ExitReason.describe(status) + (wasReady ? "" : " before it was ready");
        }
        return new ProcessExit(reason + cut(cut) + (isBad(status) ? run.remark() : ""), false, cut);
    }

    private static String cut(long connections) {
        if (connections == 0) {
            return "";
        }
        return ", " + connections + (connections == 1 ? " connection cut" : " connections cut");
    }
}
