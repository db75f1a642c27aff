package io.forkless.undertow;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.Option;
import org.xnio.OptionMap;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;
import org.xnio.XnioIoThread;
import org.xnio.channels.AcceptingChannel;

/**
 * What Undertow takes for an XNIO listener: this process's copy of a shared one, and the thread that accepts from it.
 *
 * <p>A connection is handed to a random IO thread, as XNIO does. There {@link #accept()} gives it to the accept
 * listener, which is called once for each.
 */
final class SharedServerChannel implements AcceptingChannel<StreamConnection> {
    private static final System.Logger LOG = System.getLogger(SharedServerChannel.class.getName());

    private final SharedXnioWorker worker;
    private final ListenSpec wanted;
    private final SocketAddress address;
    private final AcceptGate gate;
    private final Acceptor acceptor;
    private final Set<AcceptedConnection> connections = ConcurrentHashMap.newKeySet();
    private final ThreadLocal<StreamConnection> next = new ThreadLocal<>();
    private final ChannelListener.SimpleSetter<SharedServerChannel> acceptSetter = new ChannelListener.SimpleSetter<>();
    private final ChannelListener.SimpleSetter<SharedServerChannel> closeSetter = new ChannelListener.SimpleSetter<>();
    private volatile ServerSocketChannel copy;
    private volatile OptionMap options;
    private boolean closed;

    /** Adopts the listener; accepts from it when resumed. */
    SharedServerChannel(SharedXnioWorker worker, ListenSpec wanted, OptionMap options) throws IOException {
        this.worker = worker;
        this.wanted = wanted;
        this.options = options;
        this.gate = new AcceptGate(options, connections::size);
        this.copy = worker.source().listen(wanted);
        this.address = copy.getLocalAddress();
        this.acceptor = new Acceptor("forkless-accept " + address, gate, () -> copy, worker.counts(), this::accepted);
    }

    /** Begins to accept, when the IO threads run. Further calls have no effect. */
    void start() {
        acceptor.start();
    }

    /** Called by the acceptor for each connection. */
    private void accepted(SocketChannel channel) {
        AcceptedConnection connection;
        try {
            connection = new AcceptedConnection(
                    this, worker.getIoThread(ThreadLocalRandom.current().nextInt()));
            connections.add(connection);
        } catch (RuntimeException | Error e) {
            IoUtils.safeClose(channel);
            throw e;
        }
        gate.opened();
        worker.counts().opened();
        try {
            connection.thread().execute(() -> open(connection, channel));
        } catch (RuntimeException | Error e) {
            IoUtils.safeClose(channel);
            connection.ended();
            if (!(e instanceof RejectedExecutionException)) { // upon which the server was stopped meanwhile
                throw e;
            }
        }
    }

    /** Called by the IO thread that is to serve the connection. Whatever fails, the connection has an end. */
    private void open(AcceptedConnection accepted, SocketChannel channel) {
        OptionMap current = options;
        StreamConnection connection;
        try {
            SocketSettings.apply(current, channel);
            connection = Internals.connect(accepted.thread(), channel, accepted::ended);
            if (address instanceof UnixDomainSocketAddress) {
                connection = new UnixDomainConnection(connection, channel);
            }
        } catch (IOException | RuntimeException | Error e) {
            IoUtils.safeClose(channel);
            accepted.ended();
            LOG.log(Level.DEBUG, "the peer is gone already", e);
            return;
        }
        accepted.connected(connection);
        worker.requests().opened(connection);
        try {
            SocketSettings.apply(current, connection);
            next.set(connection);
            ChannelListeners.invokeChannelListener(this, acceptSetter.get());
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "the peer is gone already", e);
        } finally {
            if (next.get() != null) { // nobody took it
                IoUtils.safeClose(connection);
            }
            next.remove();
        }
    }

    /** Called once for each accepted connection, by any thread. */
    void ended(AcceptedConnection connection) {
        if (connections.remove(connection)) {
            if (connection.connection() != null) {
                worker.requests().ended(connection.connection());
            }
            gate.closed();
            worker.counts().closed();
        }
    }

    /** Gives up this process's copy for good. What was accepted goes on. */
    synchronized void giveUp() {
        gate.end();
        IoUtils.safeClose(copy);
    }

    /** The same, and serves those who have been queued meanwhile and whom nobody else would. */
    synchronized void giveUpAndServeQueued() {
        gate.end();
        try {
            if (copy instanceof SharedServerSocketChannel shared) {
                shared.close(this::accepted);
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "queued connections may be reset: {0}", e.getMessage());
        }
        giveUp();
    }

    @Override
    public StreamConnection accept() throws IOException {
        StreamConnection connection = next.get();
        next.remove();
        if (connection == null && !isOpen()) {
            throw new ClosedChannelException();
        }
        return connection;
    }

    /**
     * Leaves further clients to the other workers. An accept that is under way cannot be called back, so the copy of the
     * listener is given back and adopted again later.
     */
    @Override
    public synchronized void suspendAccepts() {
        if (gate.isResumed()) {
            gate.suspend();
            IoUtils.safeClose(copy);
            try {
                gate.awaitLeft(); // a connection that comes before the acceptor is awake is still accepted by it
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * @throws UncheckedIOException if accepts were suspended and the listener cannot be adopted again
     */
    @Override
    public void resumeAccepts() {
        try {
            synchronized (this) {
                if (gate.isEnded() || gate.isResumed()) {
                    return;
                }
                if (!copy.isOpen()) {
                    copy = worker.source().listen(wanted);
                }
                gate.resume();
            }
            worker.resumed(this); // without the lock: it may close this channel
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    @Override
    public boolean isAcceptResumed() {
        return gate.isResumed();
    }

    @Override
    @Deprecated
    public void wakeupAccepts() {
        resumeAccepts();
    }

    @Override
    public void awaitAcceptable() {
        throw new UnsupportedOperationException("awaitAcceptable");
    }

    @Override
    public void awaitAcceptable(long time, TimeUnit timeUnit) {
        throw new UnsupportedOperationException("awaitAcceptable");
    }

    @Override
    @Deprecated
    public XnioExecutor getAcceptThread() {
        return getIoThread();
    }

    @Override
    public XnioIoThread getIoThread() {
        return worker.getIoThread();
    }

    @Override
    public SharedXnioWorker getWorker() {
        return worker;
    }

    @Override
    public SocketAddress getLocalAddress() {
        return address;
    }

    @Override
    public <A extends SocketAddress> A getLocalAddress(Class<A> type) {
        return type.isInstance(address) ? type.cast(address) : null;
    }

    @Override
    public ChannelListener.Setter<SharedServerChannel> getAcceptSetter() {
        return acceptSetter;
    }

    @Override
    public ChannelListener.Setter<SharedServerChannel> getCloseSetter() {
        return closeSetter;
    }

    @Override
    public synchronized boolean isOpen() {
        return !closed;
    }

    /** When the last listener of a server is closed, its worker is shut down as well, and this call waits for that. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            giveUp();
        }
        acceptor.join();
        ChannelListeners.invokeChannelListener(this, closeSetter.get());
        worker.closed(this);
    }

    @Override
    public boolean supportsOption(Option<?> option) {
        return SocketSettings.SUPPORTED.contains(option);
    }

    @Override
    public <T> T getOption(Option<T> option) {
        return supportsOption(option) ? options.get(option) : null;
    }

    /** For further connections; the water marks at once. */
    @Override
    public synchronized <T> T setOption(Option<T> option, T value) {
        if (!supportsOption(option)) {
            return null;
        }
        OptionMap changed =
                OptionMap.builder().addAll(options).set(option, value).getMap();
        gate.configure(changed);
        T old = options.get(option);
        options = changed;
        return old;
    }

    @Override
    public String toString() {
        return "shared listener " + address;
    }
}
