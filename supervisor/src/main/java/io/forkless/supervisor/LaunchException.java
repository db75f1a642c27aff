package io.forkless.supervisor;

import java.io.IOException;
import java.lang.System.Logger.Level;

/** The workers' command cannot be started. */
public final class LaunchException extends IOException {
    private static final long serialVersionUID = 1L;

    /** As the shell reports it: the command, or the jar of {@code java -jar}, exists and cannot be executed. */
    public static final int NOT_EXECUTABLE = 126;

    /** As the shell reports it: there is no such command, or no such jar. */
    public static final int NOT_FOUND = 127;

    private final int exitStatus;

    LaunchException(String message, int exitStatus, Throwable cause) {
        super(message, cause);
        this.exitStatus = exitStatus;
    }

    /** Why a launch has failed, for the operator. The stack trace of what nobody expects goes to the log. */
    static String describe(Throwable failure) {
        if (failure instanceof IOException) {
            return String.valueOf(failure.getMessage());
        }
        Attempt.log(Level.ERROR, "cannot start a worker", failure);
        return "cannot start a worker: " + failure;
    }

    /** {@link #NOT_FOUND} or {@link #NOT_EXECUTABLE}. */
    public int exitStatus() {
        return exitStatus;
    }
}
