package io.forkless.cli;

import io.forkless.supervisor.status.LaunchException;
import java.io.IOException;

/** What the {@code forkless} command reports to its caller; documented in docs/operations.md and by {@code --help}. */
final class ExitStatus {
    /** Everything has drained. */
    static final int OK = 0;

    /** An error that none of the others describes. */
    static final int ERROR = 1;

    /** The command line is wrong (also picocli's own). */
    static final int USAGE = 2;

    /** The supervisor could not begin, or an operator's command cannot reach it. */
    static final int CANNOT_START = 3;

    // 4 and 5 are those of Outcome.

    /** A running supervisor did not do what an operator's command told it, or could not. */
    static final int REFUSED = 6;

    /** Not one worker of the supervisor is ready. */
    static final int NOT_SERVING = 7;

    private ExitStatus() {}

    static int of(Exception failure) {
        if (failure instanceof LaunchException launch) {
            return launch.exitStatus();
        }
        return failure instanceof IOException ? CANNOT_START : ERROR;
    }
}
