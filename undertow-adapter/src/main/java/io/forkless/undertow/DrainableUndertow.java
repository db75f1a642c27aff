package io.forkless.undertow;

import io.forkless.worker.DrainableServer;
import io.undertow.Undertow;

/**
 * An {@link Undertow} as the drain sees it. Undertow's graceful shutdown handler has no part in it, since it answers 503;
 * and {@code stop()} ends the IO threads, and with them every connection.
 */
record DrainableUndertow(Undertow server, SharedXnioWorker worker) implements DrainableServer {
    @Override
    public void stopAccepting() {
        worker.giveUpListeners();
    }

    @Override
    public void announceEnd() {
        worker.announceEnd();
    }

    @Override
    public boolean isDrained() {
        return worker.counts().isDrained();
    }

    @Override
    public void closeIdle() {
        worker.requests().closeIdle(Internals.http1Connections(server));
    }

    @Override
    public void stop() {
        server.stop();
    }
}
