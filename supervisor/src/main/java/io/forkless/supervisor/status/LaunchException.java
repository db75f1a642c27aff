package io.forkless.supervisor.status;

import java.io.IOException;

/** The workers' command cannot be started. */
public final class LaunchException extends IOException {
    private static final long serialVersionUID = 1L;

    /** As the shell reports it: the command, or the jar of {@code java -jar}, exists and cannot be executed. */
    public static final int NOT_EXECUTABLE = 126;

    /** As the shell reports it: there is no such command, or no such jar. */
    public static final int NOT_FOUND = 127;

    /** The directory in which the command is to run does not exist, or cannot be entered. */
    public static final int NO_DIRECTORY = 3;

    private final int exitStatus;

    public LaunchException(String message, int exitStatus, Throwable cause) {
        super(message, cause);
        this.exitStatus = exitStatus;
    }

    /** {@link #NOT_FOUND}, {@link #NOT_EXECUTABLE} or {@link #NO_DIRECTORY}. */
    public int exitStatus() {
        return exitStatus;
    }
}
