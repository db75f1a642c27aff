package io.forkless.undertow;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.ListenerProvider;
import io.forkless.spi.ListenerProviders;
import io.forkless.spi.SharedListener;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.util.LinkedHashMap;
import java.util.Map;

/** Plays the supervisor's part in this JVM: owns real listeners and hands out copies. */
final class TestListeners implements ListenerSource, AutoCloseable {
    private final Map<ListenSpec, SharedListener> listeners = new LinkedHashMap<>();

    @Override
    public synchronized ServerSocketChannel listen(ListenSpec spec) throws IOException {
        ListenerProvider provider = ListenerProviders.select();
        SharedListener listener = listeners.get(spec);
        if (listener == null) {
            listener = provider.listen(spec);
            listeners.put(spec, listener);
        }
        return provider.adopt(listener.ticketFor(ProcessHandle.current()));
    }

    /** A builder of supervised servers, without a worker's link. */
    ForklessUndertow.Builder builder() {
        return new ForklessUndertow.Builder(null, this);
    }

    @Override
    public synchronized void close() throws IOException {
        for (SharedListener listener : listeners.values()) {
            listener.close();
        }
    }
}
