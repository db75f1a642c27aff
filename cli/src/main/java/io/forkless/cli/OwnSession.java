package io.forkless.cli;

import io.forkless.spi.HostProcess;
import io.forkless.supervisor.output.Log;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Optional;

/**
 * The session of a supervisor in the background. As long as it is in that of the caller, Ctrl-C there, a terminal that is
 * closed, or a signal to the process group of a script, is one to the service; setsid(2).
 */
final class OwnSession {
    /** A property and no variable or option: the JVM has it before anything of ours runs, and workers do not get it. */
    private static final String PROPERTY = "forkless.own-session";

    private OwnSession() {}

    /** What has the JVM of a supervisor begin one. */
    static String option() {
        return "-D" + PROPERTY + "=true";
    }

    /** Begins one if this JVM was told to and the system has sessions: Windows has none. */
    static void beginIfTold() {
        Optional<HostProcess> process = Boolean.getBoolean(PROPERTY) ? HostProcess.find() : Optional.empty();
        if (process.isPresent()) {
            try {
                process.get().newSession();
            } catch (IOException e) {
                Log.supervisor()
                        .log(
                                Level.WARNING,
                                "signals to the caller's process group reach the supervisor: {0}",
                                e.getMessage());
            }
        }
    }
}
