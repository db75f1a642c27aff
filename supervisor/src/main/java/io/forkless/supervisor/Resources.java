package io.forkless.supervisor;

import io.forkless.supervisor.output.Log;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** What a supervisor has to give back at its end, in the reverse order of acquisition. Thread-safe. */
final class Resources {
    /** For files that do not answer, say: then the process ends without. */
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private static final System.Logger LOG = Log.supervisor();

    private final Deque<Closeable> open = new ArrayDeque<>();
    private boolean closed;

    /** @throws IOException if everything has been given back already, as this is now */
    <T extends Closeable> T own(T resource) throws IOException {
        synchronized (open) {
            if (!closed) {
                open.push(resource);
                return resource;
            }
        }
        close(resource);
        throw new IOException("the supervisor was told to stop while it started");
    }

    /** Gives everything back, whatever fails, and waits for it within reason. Further calls have no effect. */
    void close() {
        Thread closing = new Thread(this::closeAll, "forkless-release");
        closing.setDaemon(true);
        try {
            closing.start();
        } catch (OutOfMemoryError e) {
            closeAll(); // without a limit
            return;
        }
        try {
            closing.join(CLOSE_LIMIT.toMillis());
            if (closing.isAlive()) {
                LOG.log(Level.ERROR, "cleaning up takes longer than {0} s; going on", CLOSE_LIMIT.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeAll() {
        for (Closeable resource = next(); resource != null; resource = next()) {
            close(resource);
        }
    }

    private Closeable next() {
        synchronized (open) {
            closed = true;
            return open.poll();
        }
    }

    private static void close(Closeable resource) {
        try {
            resource.close();
        } catch (Throwable e) { // the others come next
            LOG.log(Level.WARNING, "cannot clean up: {0}", e instanceof IOException ? e.getMessage() : e);
        }
    }
}
