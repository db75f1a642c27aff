package io.forkless.undertow;

import io.forkless.worker.Worker;
import io.undertow.Undertow;
import java.time.Duration;

/** Ties one server to the worker process that it runs in: readiness and drain. */
final class SupervisedUndertow {
    private static final long POLL_MILLIS = 10;

    private final Worker worker;
    private final Undertow server;
    private final SharedXnioWorker xnioWorker;
    private boolean joined;

    SupervisedUndertow(Worker worker, Undertow server, SharedXnioWorker xnioWorker) {
        this.worker = worker;
        this.server = server;
        this.xnioWorker = xnioWorker;
    }

    /** Called at the end of each start. */
    synchronized void started() {
        if (!joined) {
            worker.onDrain(limit -> drain(server, xnioWorker, limit));
            joined = true;
        }
        worker.ready();
    }

    /**
     * Loses no request. The order matters: {@code stop()} ends the IO threads, and with them every connection, so it comes
     * after the last one has ended. The server is not told to answer 503, as by Undertow's graceful shutdown handler.
     */
    static void drain(Undertow server, SharedXnioWorker xnioWorker, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        xnioWorker.beginDrain();
        while (!xnioWorker.isDrained() && System.nanoTime() < deadline) {
            xnioWorker.requests().closeIdle(Internals.http1Connections(server));
            Thread.sleep(POLL_MILLIS);
        }
        server.stop();
    }
}
