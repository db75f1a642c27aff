package io.forkless.posix;

import io.forkless.nio.NioChannels;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * A worker's copy. The JDK's channel does the accepting, in blocking mode: the kernel then wakes one waiter per
 * connection, in turn, across all processes, and no native call of ours is on that path until the service ends.
 */
final class PosixServerSocketChannel extends SharedServerSocketChannel {
    private static final System.Logger LOG = System.getLogger(PosixListenerProvider.class.getName());

    private final ServerSocketChannel jdkChannel;
    private final ProtocolFamily family;

    PosixServerSocketChannel(ServerSocketChannel jdkChannel, ProtocolFamily family) {
        this.jdkChannel = jdkChannel;
        this.family = family;
    }

    @Override
    protected SocketChannel acceptBlocking() throws IOException {
        return jdkChannel.accept();
    }

    @Override
    protected void acceptedWhileQuiescing(SocketChannel accepted) {
        if (family == StandardProtocolFamily.UNIX) {
            return;
        }
        try {
            MinimumTtl.clear("accept", new NativeSocket((int) NioChannels.handleOf(accepted)), family);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "where there is no minimum TTL, the listener had none either: {0}", e.getMessage());
        }
    }

    @Override
    protected void releaseCopy() throws IOException {
        jdkChannel.close();
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        return jdkChannel.getLocalAddress();
    }
}
