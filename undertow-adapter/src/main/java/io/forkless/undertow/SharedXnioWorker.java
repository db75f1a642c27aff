package io.forkless.undertow;

import io.forkless.spi.ListenSpec;
import io.forkless.worker.ConnectionCounts;
import io.undertow.Undertow;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.xnio.ChannelListener;
import org.xnio.ManagementRegistration;
import org.xnio.Option;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;
import org.xnio.management.XnioServerMXBean;
import org.xnio.management.XnioWorkerMXBean;

/**
 * The XNIO worker of a supervised server, {@link Undertow#getWorker()}: its listeners are copies of shared ones, and in
 * everything else it stands for an XNIO worker of its own, which exists from the end of {@link Undertow#start()} to
 * {@link Undertow#stop()}.
 *
 * <p>A start makes threads and accepts only when every listener is there. So a start that fails half-way has taken no
 * connection, which another process would have served, and leaves no thread behind.
 */
public final class SharedXnioWorker extends XnioWorker {
    private final ServerSettings settings;
    private final ListenerSource source;
    private final ConnectionCounts counts;
    private final RequestTracker requests;
    private final Set<SharedServerChannel> channels = ConcurrentHashMap.newKeySet();
    private Runnable onStarted = () -> {};
    private Undertow server;
    private volatile XnioWorker delegate;
    private volatile boolean draining;

    SharedXnioWorker(ServerSettings settings, ListenerSource source, ConnectionCounts counts, RequestTracker requests) {
        super(xnio().createWorkerBuilder().setExternalExecutorService(neverUsed()));
        this.settings = settings;
        this.source = source;
        this.counts = counts;
        this.requests = requests;
    }

    /** Names the server that will be started; before that. */
    void serve(Undertow newServer) {
        server = newServer;
    }

    /** Names what is to run at the end of each start. */
    void onStarted(Runnable task) {
        onStarted = task;
    }

    private static Xnio xnio() {
        return Xnio.getInstance(Undertow.class.getClassLoader());
    }

    /** Keeps the superclass from making a pool of its own; {@link #execute} goes to the delegate's. */
    private static ThreadPoolExecutor neverUsed() {
        return new ThreadPoolExecutor(0, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
    }

    // Listeners

    /**
     * Adopts the listener at that address. If that fails, so does the start of the server, and what it had is freed.
     *
     * @param bindAddress has no meaning for a listener on a path, of which Undertow knows nothing; it asks for its listeners
     *     in the order in which they were added
     */
    @Override
    public synchronized AcceptingChannel<StreamConnection> createStreamConnectionServer(
            SocketAddress bindAddress,
            ChannelListener<? super AcceptingChannel<StreamConnection>> acceptListener,
            OptionMap optionMap)
            throws IOException {
        if (delegate != null) {
            throw new IOException(
                    "listen " + bindAddress + ": this worker's server is complete, and its drain would not know"
                            + " of the requests of another one: build that with ForklessUndertow.builder()");
        }
        try {
            int index = server.getListenerInfo().size(); // as many has this start made
            if (index == 0) {
                channels.forEach(SharedServerChannel::close); // of a start that Undertow has given up half-way
            }
            int backlog = optionMap.get(Options.BACKLOG, ListenSpec.DEFAULT_BACKLOG);
            ListenSpec wanted = wanted(index, bindAddress, backlog);
            SharedServerChannel channel = new SharedServerChannel(this, wanted, optionMap);
            channel.getAcceptSetter().set(acceptListener);
            channels.add(channel);
            return channel;
        } catch (IOException | RuntimeException | Error e) {
            channels.forEach(SharedServerChannel::close);
            throw e;
        }
    }

    private ListenSpec wanted(int index, SocketAddress bindAddress, int backlog) {
        Path path = settings.unixDomainPaths().get(index);
        if (path != null) {
            return ListenSpec.unix(path.toString()).withBacklog(backlog);
        }
        InetSocketAddress inet = (InetSocketAddress) bindAddress;
        return ListenSpec.tcp(inet.getAddress().getHostAddress(), inet.getPort())
                .withBacklog(backlog);
    }

    ListenerSource source() {
        return source;
    }

    ConnectionCounts counts() {
        return counts;
    }

    RequestTracker requests() {
        return requests;
    }

    /** A channel calls this when it may accept, for the first time or again. */
    synchronized void resumed(SharedServerChannel channel) throws IOException {
        if (delegate != null) {
            channel.start();
            return;
        }
        if (channels.size() < settings.listeners()
                || !channels.stream().allMatch(SharedServerChannel::isAcceptResumed)) {
            return;
        }
        try {
            delegate = settings.ownWorker() != null
                    ? settings.ownWorker()
                    : getXnio().createWorker(settings.options());
            if (!Internals.fits(delegate.getIoThread())) {
                throw new IOException("the XNIO worker is not of XNIO's NIO provider: " + delegate);
            }
            onStarted.run();
        } catch (IOException | RuntimeException | Error e) {
            channels.forEach(SharedServerChannel::close);
            throw e;
        }
        channels.forEach(SharedServerChannel::start);
    }

    /** A channel calls this when it was closed. */
    synchronized void closed(SharedServerChannel channel) {
        channels.remove(channel);
        if (!channels.isEmpty()) {
            return;
        }
        source.stopped();
        XnioWorker running = delegate;
        delegate = null;
        if (running != null && settings.ownWorker() == null) {
            terminate(running, settings.shutdownTimeoutMillis());
        }
    }

    /** As {@link Undertow#stop()} does with a worker of its own. */
    private static void terminate(XnioWorker worker, Integer timeoutMillis) {
        worker.shutdown();
        try {
            if (timeoutMillis == null) {
                worker.awaitTermination();
            } else if (!worker.awaitTermination(timeoutMillis, TimeUnit.MILLISECONDS)) {
                worker.shutdownNow();
            }
        } catch (InterruptedException e) {
            worker.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    long freeThreads() {
        XnioWorker running = delegate;
        return running == null ? Long.MAX_VALUE : FreeThreads.of(running.getMXBean());
    }

    // Drain

    /** Gives up this process's copies of the listeners for good. What was accepted goes on. */
    void giveUpListeners() {
        draining = true;
        channels.forEach(SharedServerChannel::giveUpAndServeQueued);
    }

    /** From now on responses of HTTP/1 announce the end of their connections; HTTP/2 peers hear of it at once. */
    void announceEnd() {
        requests.beginDrain(settings.drainIdleGrace());
    }

    // What an operator may want to know

    /** Connections accepted since the server was built. */
    public long getAcceptedConnections() {
        return counts.accepted();
    }

    /** Connections that are open. */
    public long getOpenConnections() {
        return counts.open();
    }

    /** Whether the server finishes what it has accepted and accepts no more. */
    public boolean isDraining() {
        return draining;
    }

    /** Whether a request that needs a thread of the task pool would have to wait for one now. */
    public boolean isSaturated() {
        return counts.isSaturated();
    }

    /** Whether a worker without free threads, or with many connections, leaves new ones to the others. */
    public boolean isAcceptPacing() {
        return counts.isPaced();
    }

    // The XNIO worker that this one stands for

    private XnioWorker running() {
        XnioWorker running = delegate;
        if (running == null) {
            throw new IllegalStateException("the server is not running");
        }
        return running;
    }

    @Override
    public void execute(Runnable command) {
        running().execute(command);
    }

    @Override
    public XnioIoThread getIoThread(int hashCode) {
        return running().getIoThread(hashCode);
    }

    @Override
    protected XnioIoThread chooseThread() {
        return running().getIoThread();
    }

    /** Undertow asks this before there is any thread. */
    @Override
    public int getIoThreadCount() {
        XnioWorker known = settings.ownWorker() == null ? delegate : settings.ownWorker();
        return known == null ? settings.options().get(Options.WORKER_IO_THREADS, 1) : known.getIoThreadCount();
    }

    @Override
    public void shutdown() {
        running().shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
        return running().shutdownNow();
    }

    @Override
    public boolean isShutdown() {
        XnioWorker running = delegate;
        return running == null || running.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        XnioWorker running = delegate;
        return running == null || running.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        XnioWorker running = delegate;
        return running == null || running.awaitTermination(timeout, unit);
    }

    @Override
    public void awaitTermination() throws InterruptedException {
        XnioWorker running = delegate;
        if (running != null) {
            running.awaitTermination();
        }
    }

    @Override
    public boolean supportsOption(Option<?> option) {
        return running().supportsOption(option);
    }

    @Override
    public <T> T getOption(Option<T> option) throws IOException {
        return running().getOption(option);
    }

    @Override
    public <T> T setOption(Option<T> option, T value) throws IOException {
        return running().setOption(option, value);
    }

    @Override
    public String getName() {
        XnioWorker running = delegate;
        return running == null ? super.getName() : running.getName();
    }

    @Override
    public XnioWorkerMXBean getMXBean() {
        return running().getMXBean();
    }

    /** XNIO calls this for listeners that it makes itself, which are the delegate's. */
    @Override
    protected ManagementRegistration registerServerMXBean(XnioServerMXBean metrics) {
        throw new UnsupportedOperationException("registerServerMXBean");
    }
}
