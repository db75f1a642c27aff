package io.forkless.undertow;

import io.forkless.spi.ListenSpec;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;

/** Plays the supervisor's part in this JVM: owns real listeners, longer than a server runs, and hands out copies. */
final class TestListeners implements ListenerSource, AutoCloseable {
    private final OwnListeners listeners = new OwnListeners();

    @Override
    public ServerSocketChannel listen(ListenSpec spec) throws IOException {
        return listeners.listen(spec);
    }

    /** A builder of supervised servers, without a worker's link. */
    ForklessUndertow.Builder builder() {
        return new ForklessUndertow.Builder(null, this);
    }

    @Override
    public void close() throws IOException {
        listeners.stopped();
    }
}
