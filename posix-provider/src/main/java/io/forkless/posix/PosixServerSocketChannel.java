package io.forkless.posix;

import io.forkless.nio.NioChannels;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A worker's copy. The JDK's channel does the accepting, in blocking mode: the kernel then wakes one waiter per
 * connection, in turn, across all processes, and no native call of ours is on that path.
 */
final class PosixServerSocketChannel extends SharedServerSocketChannel {
    private static final System.Logger LOG = System.getLogger(PosixServerSocketChannel.class.getName());

    private final ServerSocketChannel jdkChannel;
    private final NativeSocket listener;
    private final ReadWriteLock release = new ReentrantReadWriteLock();
    private boolean released;

    PosixServerSocketChannel(ServerSocketChannel jdkChannel) {
        this.jdkChannel = jdkChannel;
        this.listener = new NativeSocket((int) NioChannels.handleOf(jdkChannel));
    }

    @Override
    protected SocketChannel acceptBlocking() throws IOException {
        return jdkChannel.accept();
    }

    /** The lock keeps the descriptor ours until poll(2) has returned. */
    @Override
    public boolean awaitQueued(long nanos) {
        release.readLock().lock();
        try {
            return released || listener.awaitReadable((int) TimeUnit.NANOSECONDS.toMillis(nanos));
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "accept will tell", e);
            return true;
        } finally {
            release.readLock().unlock();
        }
    }

    @Override
    protected void releaseCopy() throws IOException {
        release.writeLock().lock();
        try {
            released = true;
            jdkChannel.close();
        } finally {
            release.writeLock().unlock();
        }
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        return jdkChannel.getLocalAddress();
    }
}
