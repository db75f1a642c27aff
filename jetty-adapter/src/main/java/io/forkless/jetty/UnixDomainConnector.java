package io.forkless.jetty;

import io.forkless.spi.ListenSpec;
import io.forkless.worker.OwnListener;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.IO;
import org.eclipse.jetty.util.annotation.ManagedAttribute;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * A {@link ServerConnector} that can listen on a Unix-domain path, too. {@code ServerConnector} itself insists on a port, and
 * asks each channel for its {@link Socket}, which one of the Unix domain has not got; so with a path the listener is kept
 * here, and accepted from by acceptor threads only.
 */
abstract class UnixDomainConnector extends ServerConnector {
    private static final System.Logger LOG = System.getLogger(SharedServerConnector.class.getName());

    /** What Tomcat tells of such a connection, too. */
    private static final InetSocketAddress THIS_MACHINE = new InetSocketAddress("127.0.0.1", 0);

    private volatile Path unixDomainPath;
    private volatile ServerSocketChannel unixDomainListener;
    private volatile OwnListener own;

    UnixDomainConnector(
            Server server,
            Executor executor,
            Scheduler scheduler,
            ByteBufferPool bufferPool,
            int acceptors,
            int selectors,
            ConnectionFactory... factories) {
        super(server, executor, scheduler, bufferPool, acceptors, selectors, factories);
    }

    @ManagedAttribute("The Unix-domain path that this connector listens on, or null")
    public Path getUnixDomainPath() {
        return unixDomainPath;
    }

    /**
     * Listens on a Unix-domain path in place of host and port, with the same accept queue size and the same buffer sizes of
     * accepted sockets. Connections have 127.0.0.1 and port 0 for both of their addresses. Without a supervisor the
     * connector binds the path itself; that takes a listener provider, as in a supervisor, and replaces a path that a dead
     * process has left behind.
     *
     * @param unixDomainPath about 100 bytes at most (unix(7), {@code sun_path}); null listens on host and port
     */
    public void setUnixDomainPath(Path unixDomainPath) {
        if (isRunning()) {
            throw new IllegalStateException(getState());
        }
        this.unixDomainPath = unixDomainPath;
    }

    /** What this connector is to listen on, as a supervisor is asked for it. */
    final ListenSpec listenSpec() {
        ListenSpec spec = unixDomainPath == null
                ? ListenSpec.tcp(getHost(), getPort())
                : ListenSpec.unix(unixDomainPath.toString());
        return getAcceptQueueSize() > 0 ? spec.withBacklog(getAcceptQueueSize()) : spec;
    }

    @Override
    public void open() throws IOException {
        if (unixDomainPath == null) {
            super.open();
        } else if (unixDomainListener == null) {
            if (getAcceptors() == 0) {
                throw new IllegalStateException(
                        "acceptors = 0: a Unix-domain listener is blocking only, use at least one acceptor");
            }
            unixDomainListener = openAcceptChannel();
        }
    }

    @Override
    protected ServerSocketChannel openAcceptChannel() throws IOException {
        if (unixDomainPath == null) {
            return super.openAcceptChannel();
        }
        own = OwnListener.bind(listenSpec());
        try {
            return own.copy();
        } catch (IOException | RuntimeException | Error e) {
            IO.close(own);
            throw e;
        }
    }

    @Override
    public boolean isOpen() {
        ServerSocketChannel listener = unixDomainListener;
        return listener == null ? super.isOpen() : listener.isOpen();
    }

    @Override
    public Object getTransport() {
        ServerSocketChannel listener = unixDomainListener;
        return listener == null ? super.getTransport() : listener;
    }

    @Override
    public void close() {
        super.close();
        IO.close(unixDomainListener);
        IO.close(own);
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        unixDomainListener = null;
        own = null;
    }

    @Override
    public void accept(int acceptorID) throws IOException {
        ServerSocketChannel listener = unixDomainListener;
        if (listener == null) {
            super.accept(acceptorID);
        } else {
            serve(listener.accept());
        }
    }

    /** Hands a connection to a selector. */
    final void serve(SocketChannel accepted) {
        try {
            accepted.configureBlocking(false);
            if (unixDomainListener == null) {
                configure(accepted.socket());
            } else {
                configure(accepted);
            }
            getSelectorManager().accept(accepted);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "the peer is gone already", e);
            IO.close(accepted);
        }
    }

    /** What {@link #configure(Socket)} is for TCP: called for each connection from a Unix-domain listener. */
    void configure(SocketChannel accepted) {
        try {
            if (getAcceptedReceiveBufferSize() > 0) {
                accepted.setOption(StandardSocketOptions.SO_RCVBUF, getAcceptedReceiveBufferSize());
            }
            if (getAcceptedSendBufferSize() > 0) {
                accepted.setOption(StandardSocketOptions.SO_SNDBUF, getAcceptedSendBufferSize());
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "served with the buffers that it has", e);
        }
    }

    /**
     * Jetty makes the authority of some requests of its own address, and handlers may take every address for an
     * {@link InetSocketAddress}. Both ends are on this machine.
     */
    @Override
    protected SocketChannelEndPoint newEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key)
            throws IOException {
        return unixDomainListener == null
                ? super.newEndPoint(channel, selector, key)
                : new UnixDomainEndPoint(channel, selector, key);
    }

    private final class UnixDomainEndPoint extends SocketChannelEndPoint {
        UnixDomainEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key) {
            super(channel, selector, key, UnixDomainConnector.this.getScheduler());
            setIdleTimeout(UnixDomainConnector.this.getIdleTimeout());
        }

        @Override
        public SocketAddress getLocalSocketAddress() {
            return THIS_MACHINE;
        }

        @Override
        public SocketAddress getRemoteSocketAddress() {
            return THIS_MACHINE;
        }
    }

    @Override
    public String toString() {
        return unixDomainPath == null ? super.toString() : super.toString() + "{unix:" + unixDomainPath + "}";
    }
}
