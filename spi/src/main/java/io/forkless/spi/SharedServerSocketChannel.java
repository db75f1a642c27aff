package io.forkless.spi;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A worker's own copy of a listener that other processes accept from as well. It keeps its owner from doing what would
 * disturb them:
 *
 * <ul>
 *   <li>It is blocking for ever. {@code O_NONBLOCK} belongs to the open file description, which all holders share
 *       (fcntl(2)): one process's {@code configureBlocking(false)} would switch every other one.
 *   <li>{@link #accept()} never runs on a virtual thread, because the JDK makes the socket of a virtual thread
 *       non-blocking: such a caller waits for a platform thread that accepts in its place.
 *   <li>{@link #close()} gives up this process's copy only. It returns promptly and wakes every blocked
 *       {@link #accept()} with {@link AsynchronousCloseException}; a connection that was already
 *       accepted is delivered all the same.
 * </ul>
 *
 * <p>Any number of threads may block in {@link #accept()}; at most one connection per blocked caller is claimed ahead.
 * Close the channel to end an acceptor. An interrupt also ends it, but may drop a connection that was just accepted.
 */
public abstract class SharedServerSocketChannel extends ServerSocketChannel {
    private final PlatformThreadHop hop = new PlatformThreadHop("forkless-accept");
    private final ServerSocket socket;
    private volatile BooleanSupplier quiescing = () -> true;

    /** Who serves what is queued at the end, if anybody does. */
    private volatile Consumer<SocketChannel> takesQueued;

    /** For a channel that is bound and listening already. */
    @SuppressWarnings("this-escape") // the view does not use it before it is asked something
    protected SharedServerSocketChannel() {
        super(SelectorProvider.provider());
        try {
            socket = new SharedServerSocket(this);
        } catch (IOException e) {
            throw new IllegalStateException("cannot happen: an unbound ServerSocket opens no descriptor", e);
        }
    }

    /**
     * Waits for the next connection; called on platform threads only, by several at once.
     *
     * @return a connected channel in blocking mode
     * @throws ClosedChannelException when {@link #release} is called meanwhile
     */
    protected abstract SocketChannel acceptBlocking() throws IOException;

    /**
     * Undoes what a connection may have inherited from a listener that is being {@linkplain SharedListener#quiesce
     * quiesced}, before the connection is handed out. Called on the thread that has accepted it.
     */
    protected void acceptedWhileQuiescing(SocketChannel accepted) {
        // nothing: most ways to hold new clients off leave no trace
    }

    /**
     * Says when {@link #acceptedWhileQuiescing} is necessary; it is called for each connection until somebody says so.
     *
     * @param quiescing true from a moment before any copy of this listener is quiesced; asked at every accept, by any
     *     thread
     */
    public final void quiescingWhen(BooleanSupplier quiescing) {
        this.quiescing = quiescing;
    }

    /**
     * Waits until a connection is queued for this listener, and takes none: it may be for another process to take. May be
     * called by several threads; a close waits until they have returned.
     *
     * @param nanos how long at most, some milliseconds
     * @return false if none is queued; always true where the platform does not tell, and when this channel is closed
     */
    public boolean awaitQueued(long nanos) {
        return true;
    }

    /**
     * Closes this channel, and accepts before that the connections that are queued for it and that nobody would accept if
     * no other process shared the listener. For servers that drain: they serve these too. None where the platform needs no
     * such thing.
     *
     * @param queued gets each connection at once, in blocking mode, on the thread of the caller
     */
    public final void close(Consumer<SocketChannel> queued) throws IOException {
        takesQueued = Objects.requireNonNull(queued, "queued");
        close();
    }

    /**
     * Gives up this process's copy and wakes every caller of {@link #acceptBlocking()}. Called once.
     *
     * @param queued where the close of the last copy might reset what is queued, and the supervisor cannot close the queue
     *     to new clients: gets each of these connections before the copy is given up. {@code null} if nobody takes them
     */
    protected abstract void release(Consumer<SocketChannel> queued) throws IOException;

    /**
     * Makes a ticket with which that process, and no other, can {@linkplain ListenerProvider#takeOver take over} a copy of
     * this listener once, for a limited time. Closing this channel also voids the ticket where the platform can do so. May be
     * called by any thread.
     *
     * @param supervisor the process that will redeem the ticket; its identity is verified at the hand-off
     * @return at most 4096 bytes, a secret while the ticket is valid
     * @throws ClosedChannelException if this channel is closed
     * @throws IOException if no ticket can be made, with the native error's name
     * @throws UnsupportedOperationException if channels of this kind cannot be handed over
     */
    public byte[] ticketFor(ProcessHandle supervisor) throws IOException {
        throw new UnsupportedOperationException("hand-off to pid " + supervisor.pid() + ": a "
                + getClass().getSimpleName() + " cannot be handed over to a supervisor");
    }

    @Override
    public abstract SocketAddress getLocalAddress() throws IOException;

    @Override
    public final SocketChannel accept() throws IOException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
        try {
            return hop.call(this::acceptOne);
        } catch (AsynchronousCloseException e) {
            throw e;
        } catch (ClosedChannelException e) {
            // It was open above. The JDK says so to an acceptor that waited for its turn behind another one.
            AsynchronousCloseException closedMeanwhile = new AsynchronousCloseException();
            closedMeanwhile.initCause(e);
            throw closedMeanwhile;
        }
    }

    private SocketChannel acceptOne() throws IOException {
        SocketChannel accepted = acceptBlocking();
        if (quiescing.getAsBoolean()) {
            acceptedWhileQuiescing(accepted);
        }
        return accepted;
    }

    @Override
    protected final void implCloseSelectableChannel() throws IOException {
        try {
            release(takesQueued);
        } finally {
            hop.close();
        }
    }

    @Override
    protected final void implConfigureBlocking(boolean block) {
        if (!block) {
            throw new UnsupportedOperationException(
                    "a shared listener is blocking only: non-blocking mode belongs to the open file description and"
                            + " would switch every process that shares it; use acceptor threads");
        }
    }

    @Override
    public final ServerSocketChannel bind(SocketAddress local, int backlog) {
        throw new AlreadyBoundException();
    }

    @Override
    public final <T> ServerSocketChannel setOption(SocketOption<T> name, T value) {
        throw new UnsupportedOperationException(
                name.name() + " cannot be set on a shared listener: it would change for every process that shares it");
    }

    @Override
    public final <T> T getOption(SocketOption<T> name) {
        throw new UnsupportedOperationException(name.name() + " is not available on a shared listener");
    }

    @Override
    public final Set<SocketOption<?>> supportedOptions() {
        return Set.of();
    }

    /** A view of this channel; it can be asked for its address and closed, and accepts without a time-out. */
    @Override
    public final ServerSocket socket() {
        return socket;
    }

    @Override
    public String toString() {
        try {
            return getClass().getSimpleName() + "[" + (isOpen() ? getLocalAddress() : "closed") + "]";
        } catch (IOException e) {
            return getClass().getSimpleName() + "[closed]";
        }
    }
}
