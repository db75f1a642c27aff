package io.forkless.supervisor.output;

import java.lang.System.Logger.Level;
import java.util.function.Supplier;

/**
 * Calls of what belongs to somebody else (a process, the log, whoever waits) in the middle of a change of state: it may
 * throw anything, a thread or memory that is missing, say, and the change goes on all the same.
 */
public final class Attempt {
    private static final System.Logger LOG = Log.supervisor();

    private Attempt() {}

    /** @return whether it ended without a throwable */
    public static boolean run(Runnable call) {
        return get(
                () -> {
                    call.run();
                    return true;
                },
                false);
    }

    /** @return {@code otherwise} if the call throws */
    public static <T> T get(Supplier<T> call, T otherwise) {
        try {
            return call.get();
        } catch (Throwable e) {
            log(Level.ERROR, "internal error in the supervisor", e);
            return otherwise;
        }
    }

    /** The line is what the object says of itself; see {@link Log#log(Level, Object)}. */
    public static void log(Level level, Object entry) {
        try {
            LOG.log(level, entry);
        } catch (Throwable e) {
            // as below
        }
    }

    public static void log(Level level, String line) {
        log(level, line, null);
    }

    /** @param cause its stack trace goes to the log; none if {@code null} */
    public static void log(Level level, String line, Throwable cause) {
        try {
            LOG.log(level, line, cause);
        } catch (Throwable e) {
            // there is nothing left to tell it with
        }
    }
}
