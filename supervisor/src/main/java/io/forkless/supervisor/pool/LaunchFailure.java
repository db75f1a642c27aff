package io.forkless.supervisor.pool;

import io.forkless.supervisor.output.Attempt;
import java.io.IOException;
import java.lang.System.Logger.Level;

/** Why a worker could not be started. */
final class LaunchFailure {
    private LaunchFailure() {}

    /** Why a launch has failed, for the operator. The stack trace of what nobody expects goes to the log. */
    static String describe(Throwable failure) {
        if (failure instanceof IOException) {
            return String.valueOf(failure.getMessage());
        }
        Attempt.log(Level.ERROR, "cannot start a worker", failure);
        return "cannot start a worker: " + failure;
    }
}
