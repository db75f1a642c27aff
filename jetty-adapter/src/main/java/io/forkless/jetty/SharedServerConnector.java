package io.forkless.jetty;

import io.forkless.spi.SharedServerSocketChannel;
import io.forkless.worker.AcceptPacing;
import io.forkless.worker.ConnectionCounts;
import io.forkless.worker.IdleGrace;
import io.forkless.worker.Worker;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.AbstractConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.IO;
import org.eclipse.jetty.util.annotation.ManagedAttribute;
import org.eclipse.jetty.util.annotation.ManagedObject;
import org.eclipse.jetty.util.annotation.Name;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * A {@link ServerConnector} that, in a worker process, accepts from the listener that its supervisor owns. Host, port,
 * accept queue size and connection factories are set as ever; {@link #setUnixDomainPath} is for a listener on a path.
 *
 * <ul>
 *   <li>Without a supervisor it is an ordinary {@code ServerConnector}.
 *   <li>With one it adopts the listener when it is opened, and tells the supervisor that the worker is ready when its
 *       {@link Server} and all shared connectors of it have started. Of several servers in one JVM the first one does so;
 *       {@link Worker#holdReady()} defers it. If the listener cannot be adopted, opening fails; it never binds one of its
 *       own.
 *   <li>When the worker is to go, the server is drained without losing a request: the connector gives up its copy of the
 *       listener, further HTTP/1 responses carry {@code Connection: close}, HTTP/2 peers get a {@code GOAWAY}, and
 *       connections that stay idle are closed after {@link #getDrainIdleGrace()}. Then the server is stopped and the JVM
 *       exits.
 * </ul>
 *
 * <p>It needs at least one acceptor thread: a shared listener is blocking only.
 */
@ManagedObject("HTTP connector on a listener shared by several worker processes")
@SuppressWarnings("this-escape") // to its own helpers, which nobody calls before the connector runs
public class SharedServerConnector extends UnixDomainConnector {
    /** How long a connection may be idle while the server drains, in ms, unless set. */
    public static final long DEFAULT_DRAIN_IDLE_GRACE =
            IdleGrace.DEFAULT.duration().toMillis();

    private static final System.Logger LOG = System.getLogger(SharedServerConnector.class.getName());

    /** How long the selectors may take to make end points of what was accepted, before they are stopped. */
    private static final Duration HAND_OVER_LIMIT = Duration.ofSeconds(1);

    private final ConnectionCounts counts = new ConnectionCounts();
    private final LongSupplier freeThreads = () -> FreeThreads.of(getExecutor());
    private volatile Worker worker;
    private volatile boolean draining;
    private volatile IdleGrace drainIdleGrace = IdleGrace.DEFAULT;

    public SharedServerConnector(@Name("server") Server server) {
        this(server, null, null, null, -1, -1, new HttpConnectionFactory());
    }

    public SharedServerConnector(
            @Name("server") Server server, @Name("acceptors") int acceptors, @Name("selectors") int selectors) {
        this(server, null, null, null, acceptors, selectors, new HttpConnectionFactory());
    }

    public SharedServerConnector(
            @Name("server") Server server,
            @Name("acceptors") int acceptors,
            @Name("selectors") int selectors,
            @Name("factories") ConnectionFactory... factories) {
        this(server, null, null, null, acceptors, selectors, factories);
    }

    public SharedServerConnector(@Name("server") Server server, @Name("factories") ConnectionFactory... factories) {
        this(server, null, null, null, -1, -1, factories);
    }

    public SharedServerConnector(
            @Name("server") Server server, @Name("sslContextFactory") SslContextFactory.Server sslContextFactory) {
        this(server, sslContextFactory, new HttpConnectionFactory());
    }

    public SharedServerConnector(
            @Name("server") Server server,
            @Name("acceptors") int acceptors,
            @Name("selectors") int selectors,
            @Name("sslContextFactory") SslContextFactory.Server sslContextFactory) {
        this(
                server,
                null,
                null,
                null,
                acceptors,
                selectors,
                AbstractConnectionFactory.getFactories(sslContextFactory, new HttpConnectionFactory()));
    }

    public SharedServerConnector(
            @Name("server") Server server,
            @Name("sslContextFactory") SslContextFactory.Server sslContextFactory,
            @Name("factories") ConnectionFactory... factories) {
        this(server, null, null, null, -1, -1, AbstractConnectionFactory.getFactories(sslContextFactory, factories));
    }

    /**
     * @param acceptors how many threads accept, or -1 for Jetty's default of one; 0 is for unsupervised use only
     * @throws IllegalStateException if the Jetty at hand is older than 12
     * @see ServerConnector#ServerConnector(Server, Executor, Scheduler, ByteBufferPool, int, int, ConnectionFactory...)
     */
    public SharedServerConnector(
            @Name("server") Server server,
            @Name("executor") Executor executor,
            @Name("scheduler") Scheduler scheduler,
            @Name("bufferPool") ByteBufferPool bufferPool,
            @Name("acceptors") int acceptors,
            @Name("selectors") int selectors,
            @Name("factories") ConnectionFactory... factories) {
        super(RequiredJetty.of(server), executor, scheduler, bufferPool, acceptors, selectors, factories);
        installBean(new AcceptFailures(), false);
    }

    /**
     * In a worker, adopts the supervisor's listener at this connector's host and port, or path; else binds one.
     *
     * @throws IOException if the supervisor refuses or the hand-off fails
     * @throws IllegalStateException if this connector is configured in a way that a shared listener cannot serve
     */
    @Override
    protected ServerSocketChannel openAcceptChannel() throws IOException {
        Optional<Worker> current = Worker.current();
        worker = current.orElse(null);
        if (current.isEmpty()) {
            return super.openAcceptChannel();
        }
        refuse(getAcceptors() == 0, "acceptors = 0: a shared listener is blocking only, use at least one acceptor");
        refuse(isInheritChannel(), "inheritChannel: the listener comes from the supervisor");
        refuse(isReusePort(), "reusePort: the workers share one listener, switch it off");
        announceEnds();
        counts.joinPacing(worker.acceptPacing(), freeThreads);
        return worker.listen(listenSpec());
    }

    /** Sees to it that HTTP/1 responses can tell that they are the last ones; HTTP/2 sessions can anyway. */
    private void announceEnds() {
        Set<HttpConfiguration> configurations = HttpConfigurations.of(this);
        if (configurations.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "{0} does not speak HTTP: when this worker drains, clients are not told, and connections that stay idle"
                            + " are closed",
                    this);
        }
        for (HttpConfiguration configuration : configurations) {
            List<HttpConfiguration.Customizer> customizers = configuration.getCustomizers();
            if (!customizers.contains(CloseWhenDraining.INSTANCE)) { // connectors may share it
                // First, so that it sees requests that another one refuses.
                customizers.add(0, CloseWhenDraining.INSTANCE);
            }
        }
    }

    @Override
    protected void doStart() throws Exception {
        draining = false;
        super.doStart();
        if (worker != null) {
            SupervisedServer.join(this, worker);
        }
    }

    /**
     * Stops accepting first, and the selectors only when each connection that was accepted has its end point: they neither
     * serve nor close one that reaches them later, and its client would wait in vain.
     */
    @Override
    protected void doStop() throws Exception {
        close();
        awaitHandedOver();
        super.doStop();
        // On a machine that was too busy, the selectors have closed what reached them as they stopped, and told nobody.
        if (!awaitHandedOver()) {
            for (long abandoned = handingOver(); abandoned > 0; abandoned--) {
                counts.closed();
            }
        }
    }

    /** Returns false if it takes too long. */
    private boolean awaitHandedOver() throws InterruptedException {
        long deadline = System.nanoTime() + HAND_OVER_LIMIT.toNanos();
        while (isHandingOver()) {
            if (System.nanoTime() >= deadline) {
                return false;
            }
            Thread.sleep(1);
        }
        return true;
    }

    @Override
    public void accept(int acceptorID) throws IOException {
        try {
            counts.beforeAccept((ServerSocketChannel) getTransport());
            if (!isOpen()) { // as it was given up in the pause; upon which the acceptor ends
                throw new ClosedChannelException();
            }
            super.accept(acceptorID);
        } finally {
            counts.afterAccept();
        }
    }

    /** Called for each accepted connection, by the acceptor that accepted it. */
    @Override
    protected void configure(Socket socket) {
        count(socket, super::configure);
    }

    @Override
    void configure(SocketChannel accepted) {
        count(accepted, super::configure);
    }

    private <C extends Closeable> void count(C connection, Consumer<C> configuration) {
        counts.opened();
        try {
            configuration.accept(connection);
        } catch (RuntimeException | Error e) { // upon which Jetty accepts on and forgets this one
            counts.closed();
            IO.close(connection);
            throw e;
        }
    }

    @Override
    protected void onEndPointClosed(EndPoint endPoint) {
        super.onEndPointClosed(endPoint);
        counts.closed(); // last: more connections than end points means that one is on its way
    }

    /** Gives up this process's copy of the listener for good. What was accepted goes on. */
    void giveUp() throws IOException {
        if (getTransport() instanceof SharedServerSocketChannel listener) {
            listener.close(this::serve);
        }
        close();
    }

    /** From now on responses of HTTP/1 announce the end of their connections. */
    void announceEnd() {
        draining = true;
    }

    boolean isDrained() {
        return counts.isDrained();
    }

    /** Whether a connection is on its way from an acceptor to its end point. */
    private boolean isHandingOver() {
        return counts.isAccepting() || handingOver() > 0;
    }

    private long handingOver() {
        return counts.open() - getConnectedEndPoints().size();
    }

    Collection<EndPoint> connections() {
        return getConnectedEndPoints();
    }

    @ManagedAttribute(value = "Whether a supervisor owns the listener", readonly = true)
    public boolean isSupervised() {
        return worker != null;
    }

    @ManagedAttribute(value = "The worker's index, or -1 without a supervisor", readonly = true)
    public int getWorkerIndex() {
        Worker current = worker;
        return current == null ? -1 : current.index();
    }

    @ManagedAttribute(value = "Connections accepted since the JVM started", readonly = true)
    public long getAcceptedConnections() {
        return counts.accepted();
    }

    @ManagedAttribute(value = "Connections that are open", readonly = true)
    public long getOpenConnections() {
        return counts.open();
    }

    @ManagedAttribute(
            value = "Whether this connector finishes what it has accepted and accepts no more",
            readonly = true)
    public boolean isDraining() {
        return draining;
    }

    @ManagedAttribute(
            value = "Whether a request would have to wait for a thread now; never without a supervisor",
            readonly = true)
    public boolean isSaturated() {
        return counts.isSaturated();
    }

    @ManagedAttribute("Whether a worker without free threads, or with many connections, leaves new ones to the others")
    public boolean isAcceptPacing() {
        return counts.isPaced();
    }

    /** On unless set; see {@link AcceptPacing}. */
    public void setAcceptPacing(boolean acceptPacing) {
        counts.setPaced(acceptPacing);
    }

    @ManagedAttribute("How long a connection may be idle while the server drains, in ms")
    public long getDrainIdleGrace() {
        return drainIdleGrace.duration().toMillis();
    }

    /**
     * @param drainIdleGrace in ms; {@link #DEFAULT_DRAIN_IDLE_GRACE} unless set. A keep-alive connection on which no
     *     request comes for so long is closed by a server that drains
     * @throws IllegalArgumentException if it is negative
     */
    public void setDrainIdleGrace(long drainIdleGrace) {
        this.drainIdleGrace = new IdleGrace(Duration.ofMillis(drainIdleGrace));
    }

    IdleGrace idleGrace() {
        return drainIdleGrace;
    }

    private static void refuse(boolean condition, String reason) {
        if (condition) {
            throw new IllegalStateException(reason);
        }
    }

    /** Keeps the count of open connections right when an accepted one never becomes an end point. */
    private final class AcceptFailures implements SelectorManager.AcceptListener {
        @Override
        public void onAcceptFailed(SelectableChannel channel, Throwable cause) {
            counts.closed();
        }
    }
}
