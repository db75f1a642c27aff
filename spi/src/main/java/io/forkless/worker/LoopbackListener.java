package io.forkless.worker;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

/** The JDK's own listener on the loopback interface, which nobody shares. */
final class LoopbackListener extends SharedServerSocketChannel {
    private final ServerSocketChannel channel;

    private LoopbackListener(ServerSocketChannel channel) {
        this.channel = channel;
    }

    static LoopbackListener open(ListenSpec spec) throws IOException {
        int port = spec.resolve() instanceof InetSocketAddress address ? address.getPort() : 0;
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), spec.backlog());
        } catch (IOException e) {
            channel.close();
            throw new IOException("listen " + spec + ": " + e.getMessage(), e);
        }
        return new LoopbackListener(channel);
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
