package io.forkless.undertow;

import io.forkless.worker.DrainableServer;
import io.undertow.Undertow;
import java.util.List;

/**
 * An {@link Undertow} as the drain sees it. Undertow's graceful shutdown handler has no part in it, since it answers 503;
 * and {@code stop()} ends the IO threads, and with them every connection.
 */
record DrainableUndertow(Undertow server, SharedXnioWorker worker) implements DrainableServer {
    /** Found by the test that watches what a drain loads. */
    private static final List<String> CLASSES_OF_DRAIN = List.of(
            "io.undertow.protocols.http2.Http2Channel",
            "io.undertow.protocols.http2.Http2GoAwayStreamSinkChannel",
            "io.undertow.util.ConnectionUtils",
            "org.jboss.threads.ContextClassLoaderSavingRunnable",
            "org.jboss.threads.JDKSpecific",
            "org.xnio.Bits",
            "org.xnio.ChannelSource",
            "org.xnio.IoUtils",
            "org.xnio.XnioWorker");

    @Override
    public List<String> classesOfDrain() {
        return CLASSES_OF_DRAIN;
    }

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
