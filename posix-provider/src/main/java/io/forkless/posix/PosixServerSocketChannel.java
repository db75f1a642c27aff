package io.forkless.posix;

import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * A worker's copy. The JDK's channel does the accepting, in blocking mode: the kernel then wakes one waiter per
 * connection, in turn, across all processes, and no native call of ours is on that path.
 */
final class PosixServerSocketChannel extends SharedServerSocketChannel {
    private final ServerSocketChannel jdkChannel;

    PosixServerSocketChannel(ServerSocketChannel jdkChannel) {
        this.jdkChannel = jdkChannel;
    }

    @Override
    protected SocketChannel acceptBlocking() throws IOException {
        return jdkChannel.accept();
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
