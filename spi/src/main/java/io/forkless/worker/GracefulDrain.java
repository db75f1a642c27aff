package io.forkless.worker;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The drain of every adapter: ends a server without losing a request. To be given to {@link Worker#onDrain}.
 *
 * <p>The order matters. A client that is told to go connects again at once, and must not be queued for a copy of the
 * listener that is about to be closed: so the copies go first. Servers cut connections short when they are stopped, so that
 * comes after the last connection has ended, or when the time is over.
 */
public final class GracefulDrain implements DrainHandler {
    private static final long POLL_MILLIS = 10;

    private final DrainableServer server;
    private final LongSupplier nanoTime;
    private final Pause pause;

    interface Pause {
        void millis(long millis) throws InterruptedException;
    }

    public GracefulDrain(DrainableServer server) {
        this(server, System::nanoTime, Thread::sleep);
    }

    GracefulDrain(DrainableServer server, LongSupplier nanoTime, Pause pause) {
        this.server = server;
        this.nanoTime = nanoTime;
        this.pause = pause;
    }

    @Override
    public void drain(Duration limit) throws Exception {
        long begin = nanoTime.getAsLong();
        server.stopAccepting();
        server.announceEnd();
        while (!server.isDrained() && nanoTime.getAsLong() - begin < limit.toNanos()) {
            server.closeIdle();
            pause.millis(POLL_MILLIS);
        }
        server.stop();
    }
}
