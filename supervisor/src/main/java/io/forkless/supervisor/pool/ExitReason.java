package io.forkless.supervisor.pool;

import java.util.Map;
import java.util.OptionalInt;

/** A process's exit status in words. */
final class ExitReason {
    /** What a JVM on a POSIX system reports for a process that a signal ended: 128 and the signal's number. */
    private static final int SIGNALLED = 128;

    /** signal(7); the numbers that Linux and macOS have in common, and SIGSYS of Linux. */
    private static final Map<Integer, String> SIGNALS = Map.ofEntries(
            Map.entry(1, "SIGHUP"),
            Map.entry(2, "SIGINT"),
            Map.entry(3, "SIGQUIT"),
            Map.entry(4, "SIGILL"),
            Map.entry(6, "SIGABRT"),
            Map.entry(8, "SIGFPE"),
            Map.entry(9, "SIGKILL"),
            Map.entry(11, "SIGSEGV"),
            Map.entry(13, "SIGPIPE"),
            Map.entry(14, "SIGALRM"),
            Map.entry(15, "SIGTERM"));

    private ExitReason() {}

    /** @param status empty if only an earlier supervisor, the parent, could have learnt it */
    static String describe(OptionalInt status) {
        return status.isPresent() ? describe(status.getAsInt()) : "exited with an unknown status";
    }

    static String describe(int status) {
        String signal = SIGNALS.get(status - SIGNALLED);
        return signal == null ? "exited with status " + status : "killed by " + signal + " (status " + status + ")";
    }
}
