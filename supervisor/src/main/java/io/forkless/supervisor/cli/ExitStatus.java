package io.forkless.supervisor.cli;

import io.forkless.supervisor.LaunchException;
import io.forkless.supervisor.Outcome;
import java.io.IOException;

/** What the {@code forkless} command reports to its caller; documented in the README and by {@code --help}. */
final class ExitStatus {
    /** Everything has drained. */
    static final int OK = 0;

    /** An error that none of the others describes. */
    static final int ERROR = 1;

    /** The command line is wrong (also picocli's own). */
    static final int USAGE = 2;

    /** The supervisor could not begin, or an operator's command cannot reach it. */
    static final int CANNOT_START = 3;

    /** No worker could be brought to serve. */
    static final int GAVE_UP = 4;

    /** It ended as asked, but at least one worker did not drain: it was killed or ended with an error. */
    static final int KILLED = 5;

    /** A running supervisor did not do what an operator's command told it, or could not. */
    static final int REFUSED = 6;

    private ExitStatus() {}

    static int of(Outcome outcome) {
        return switch (outcome) {
            case DRAINED -> OK;
            case KILLED -> KILLED;
            case GAVE_UP -> GAVE_UP;
        };
    }

    static int of(Exception failure) {
        if (failure instanceof LaunchException launch) {
            return launch.exitStatus();
        }
        return failure instanceof IOException ? CANNOT_START : ERROR;
    }
}
