package io.forkless.worker;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Keeps a worker from being ready until it is closed; see {@link Worker#holdReady()}.
 *
 * <p>Thread-safe.
 */
public final class ReadyHold implements AutoCloseable {
    private final AtomicReference<Runnable> release;

    ReadyHold(Runnable release) {
        this.release = new AtomicReference<>(release);
    }

    /** Releases the hold. Further calls have no effect. */
    @Override
    public void close() {
        Runnable once = release.getAndSet(null);
        if (once != null) {
            once.run();
        }
    }
}
