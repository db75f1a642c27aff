package io.forkless.supervisor.output;

import java.text.MessageFormat;
import java.time.Duration;
import java.util.ResourceBundle;

/**
 * The supervisor's log. It goes where {@link System.Logger} leads, on a thread of its own: a terminal that is paused, a
 * pipe that nobody reads or a disk that does not answer must not make a supervisor wait. To log never throws.
 */
public final class Log implements System.Logger {
    /** For a start with some hundred workers, say. */
    private static final int CAPACITY = 4096;

    private static final Log SUPERVISOR = new Log(System.getLogger("io.forkless.supervisor.Supervisor"), CAPACITY);

    private final System.Logger target;
    private final Outlet outlet;

    Log(System.Logger target, int capacity) {
        this.target = target;
        this.outlet = new Outlet("forkless-log", capacity, this::report);
    }

    /** The one of all supervisors in this JVM. */
    public static System.Logger supervisor() {
        return SUPERVISOR;
    }

    /** Waits until everything is written that was logged before, but no longer than that. */
    public static void flush(Duration limit) {
        SUPERVISOR.outlet.flush(limit);
    }

    @Override
    public String getName() {
        return target.getName();
    }

    @Override
    public boolean isLoggable(Level level) {
        return target.isLoggable(level);
    }

    /**
     * Logs what an immutable object says of itself, and hands on the object, as the parameter of the record, for who is able to
     * read more of it than the line.
     */
    @Override
    public void log(Level level, Object entry) {
        if (isLoggable(level)) {
            outlet.offer(() -> target.log(level, (ResourceBundle) null, "{0}", entry));
        }
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
        if (isLoggable(level)) {
            outlet.offer(() -> target.log(level, bundle, message, thrown));
        }
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
        if (isLoggable(level)) {
            String message = format(format, parameters); // here and now: what it tells of may change
            outlet.offer(() -> target.log(level, bundle, message, (Throwable) null));
        }
    }

    private static String format(String format, Object... parameters) {
        try {
            return parameters == null || parameters.length == 0 ? format : MessageFormat.format(format, parameters);
        } catch (RuntimeException | Error e) {
            return format; // rather this than nothing, and no failure for the caller
        }
    }

    private void report(long dropped) {
        target.log(Level.WARNING, dropped + " messages were dropped: the log's reader is too slow");
    }
}
