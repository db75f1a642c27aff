package io.forkless.worker;

import io.forkless.spi.SharedServerSocketChannel;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** A listener on which a test queues clients, of whom nobody gets any. */
final class FakeListener extends SharedServerSocketChannel {
    private final LongConsumer pause;
    boolean queued = true;

    /** @param pause how to wait for a client */
    FakeListener(LongConsumer pause) {
        this.pause = pause;
    }

    @Override
    public boolean awaitQueued(long nanos) {
        if (!queued) {
            pause.accept(nanos);
        }
        return queued;
    }

    @Override
    protected SocketChannel acceptBlocking() {
        throw new UnsupportedOperationException();
    }

    @Override
    protected void release(Consumer<SocketChannel> queued) {
        // there is none
    }

    @Override
    public SocketAddress getLocalAddress() {
        return null;
    }
}
