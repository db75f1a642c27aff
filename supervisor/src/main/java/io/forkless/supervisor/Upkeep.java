package io.forkless.supervisor;

import io.forkless.internal.control.Renewable;
import io.forkless.supervisor.output.Attempt;
import io.forkless.supervisor.output.Log;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Sees to it that what a supervisor needs of files while it runs is there: what somebody else has removed or replaced (a
 * cleaner of temporary files, a logout) is made again, and all of it is touched every hour, so that a cleaner that goes by
 * age leaves it alone. Thread-safe.
 */
final class Upkeep implements Closeable {
    /** Well within the ages by which distributions clean, which are days: tmpfiles.d(5), tmpwatch(8). */
    static final Duration TOUCH_INTERVAL = Duration.ofHours(1);

    private static final System.Logger LOG = Log.supervisor();

    /** What time it is for the file system. */
    interface FileClock {
        FileTime now() throws IOException;
    }

    private final List<Renewable> claim;
    private final List<Renewable> others;
    private final FileClock fileClock;
    private final LongSupplier clock;
    private long touched;
    private String complaint = "";
    private boolean closed;
    private boolean paused;

    /**
     * @param claim the directory and what shows that it is this supervisor's; if that cannot be made again, another one may have
     *     the name and the other files
     * @param others what is in the directory
     */
    Upkeep(List<Renewable> claim, List<Renewable> others, FileClock fileClock) {
        this(claim, others, fileClock, System::nanoTime);
    }

    /** @param clock in nanoseconds */
    Upkeep(List<Renewable> claim, List<Renewable> others, FileClock fileClock, LongSupplier clock) {
        this.claim = List.copyOf(claim);
        this.others = List.copyOf(others);
        this.fileClock = fileClock;
        this.clock = clock;
        this.touched = clock.getAsLong();
    }

    /** Looks at everything once. A failure is logged when it is a new one; the next look tries again. Never throws. */
    synchronized void check() {
        if (!closed && !paused) {
            Attempt.run(this::makeAgainWhatIsGone);
            Attempt.run(this::touchRegularly);
        }
    }

    /** While it is paused, the files may belong to another supervisor. */
    synchronized void pause(boolean newPaused) {
        paused = newPaused;
    }

    private void makeAgainWhatIsGone() {
        List<String> made = new ArrayList<>();
        String problem = makeAgain(claim, made);
        if (problem.isEmpty()) {
            problem = makeAgain(others, made);
        }
        if (!made.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "somebody has removed files that this supervisor needs; they have been made again: {0}",
                    String.join(", ", made));
        }
        if (!problem.isEmpty() && !problem.equals(complaint)) {
            LOG.log(
                    Level.ERROR,
                    "somebody has removed a file that this supervisor needs, and it cannot be made again (the next attempt"
                            + " follows in a second): {0}",
                    problem);
        }
        complaint = problem;
    }

    /** @return what the first problem is: what is in a directory that is missing fails as well; empty if there is none */
    private static String makeAgain(List<Renewable> all, List<String> made) {
        String problem = "";
        for (Renewable one : all) {
            if (!one.isThere()) {
                try {
                    one.makeAgain();
                    made.add(one.path().toString());
                } catch (IOException | RuntimeException e) {
                    problem = problem.isEmpty() ? one.path() + ": " + e.getMessage() : problem;
                }
            }
        }
        return problem;
    }

    private void touchRegularly() {
        long now = clock.getAsLong();
        if (now - touched >= TOUCH_INTERVAL.toNanos()) {
            touched = now;
            claim.forEach(this::touch);
            others.forEach(this::touch);
        }
    }

    private void touch(Renewable one) {
        try {
            one.touch(fileClock.now());
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.DEBUG, "cannot touch a file", e); // it has just gone, say
        }
    }

    /** From now on what goes is to go. */
    @Override
    public synchronized void close() {
        closed = true;
    }
}
