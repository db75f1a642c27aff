package io.forkless.worker;

import io.forkless.internal.control.EagerClasses;
import java.time.Duration;
import java.util.List;
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
    private Runnable beforeCut = () -> {};

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

    /** @param newBeforeCut runs when the time is over, while the connections that are left are still open */
    void beforeCut(Runnable newBeforeCut) {
        beforeCut = newBeforeCut;
    }

    @Override
    public void prepare() {
        EagerClasses.loadPackages(server.getClass(), List.of(server.getClass().getPackageName()));
        EagerClasses.initialize(server.getClass(), server.classesOfDrain());
    }

    /** @throws NotDrainedException if connections were left when the time was over, which have been cut off now */
    @Override
    public void drain(Duration limit) throws Exception {
        long begin = nanoTime.getAsLong();
        server.stopAccepting();
        server.announceEnd();
        while (!server.isDrained() && nanoTime.getAsLong() - begin < limit.toNanos()) {
            server.closeIdle();
            pause.millis(POLL_MILLIS);
        }
        boolean cut = !server.isDrained();
        if (cut) {
            beforeCut.run();
        }
        server.stop();
        if (cut) {
            throw new NotDrainedException();
        }
    }

    /** The drain's time is over, and connections are left. */
    static final class NotDrainedException extends Exception {
        private static final long serialVersionUID = 1L;
    }
}
