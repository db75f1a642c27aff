package io.forkless.worker;

import io.forkless.spi.Fitness;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.ListenerProvider;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** In a worker: each ticket is for a listener of its own, and the tickets that it makes say for whom they are. */
public final class HandOverProvider implements ListenerProvider {
    static final String NAME = "hand-over";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Fitness check() {
        return Fitness.fits("a test");
    }

    @Override
    public SharedListener listen(ListenSpec spec) {
        throw new UnsupportedOperationException();
    }

    @Override
    public SharedServerSocketChannel adopt(byte[] ticket) throws IOException {
        return new Copy();
    }

    private static final class Copy extends SharedServerSocketChannel {
        private final ServerSocketChannel channel;

        Copy() throws IOException {
            channel = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        }

        @Override
        public byte[] ticketFor(ProcessHandle supervisor) {
            return ("for " + supervisor.pid()).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        protected SocketChannel acceptBlocking() throws IOException {
            return channel.accept();
        }

        @Override
        protected void release(Consumer<SocketChannel> queued) throws IOException {
            channel.close();
        }

        @Override
        public SocketAddress getLocalAddress() throws IOException {
            return channel.getLocalAddress();
        }
    }
}
