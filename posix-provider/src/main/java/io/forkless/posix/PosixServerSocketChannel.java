package io.forkless.posix;

import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;

/**
 * A worker's copy. The JDK's channel does the accepting, in blocking mode: the kernel then wakes one waiter per
 * connection, in turn, across all processes, and no native call of ours is on that path until the service ends.
 */
final class PosixServerSocketChannel extends SharedServerSocketChannel {
    private static final System.Logger LOG = System.getLogger(PosixListenerProvider.class.getName());

    private final ServerSocketChannel jdkChannel;
    private final ProtocolFamily family;
    private final NativeSocket listener;
    private final ReadWriteLock release = new ReentrantReadWriteLock();
    private final HandOffs handOffs = new HandOffs();
    private boolean released;

    PosixServerSocketChannel(ServerSocketChannel jdkChannel, ProtocolFamily family) {
        this.jdkChannel = jdkChannel;
        this.family = family;
        this.listener = NativeSocket.of(jdkChannel);
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
    protected void acceptedWhileQuiescing(SocketChannel accepted) {
        MinimumTtl.clear("accept", NativeSocket.of(accepted), family);
    }

    @Override
    protected void release(Consumer<SocketChannel> queued) throws IOException {
        release.writeLock().lock();
        try {
            released = true;
            jdkChannel.close();
        } finally {
            release.writeLock().unlock();
            handOffs.close();
        }
    }

    /** The lock keeps the descriptor open until the ticket has a copy of its own. */
    @Override
    public byte[] ticketFor(ProcessHandle supervisor) throws IOException {
        release.readLock().lock();
        try {
            if (released || !jdkChannel.isOpen()) {
                throw new ClosedChannelException();
            }
            return handOffs.ticketFor(listener, supervisor);
        } finally {
            release.readLock().unlock();
        }
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        return jdkChannel.getLocalAddress();
    }
}
