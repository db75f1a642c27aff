package io.forkless.undertow;

import io.forkless.worker.AcceptPacing;
import io.forkless.worker.ConnectionCounts;
import io.forkless.worker.IdleGrace;
import io.forkless.worker.Worker;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.connector.ByteBufferPool;
import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.xnio.Option;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.XnioWorker;

/**
 * Builds an {@link Undertow} that, in a worker process, accepts from the listeners that its supervisor owns:
 *
 * <pre>{@code
 * Undertow server = ForklessUndertow.builder()      // was: Undertow.builder()
 *         .addHttpListener(8080, "0.0.0.0")
 *         .setHandler(handler)
 *         .build();
 * server.start();
 * }</pre>
 *
 * <ul>
 *   <li>Without a supervisor it is an ordinary {@code Undertow}.
 *   <li>With one it adopts its listeners when it is started, and then tells the supervisor that the worker is ready, unless
 *       {@link Worker#holdReady()} defers that. If a listener cannot be adopted the start fails; it never binds one of its
 *       own.
 *   <li>When the worker is to go, the server is drained without losing a request: it gives up its copies of the
 *       listeners, further HTTP/1 responses carry {@code Connection: close}, HTTP/2 peers get a {@code GOAWAY}, and
 *       connections that stay idle are closed after {@link Builder#setDrainIdleGrace}. Then it is stopped and the JVM
 *       exits.
 * </ul>
 *
 * <p>A listener may be on a Unix-domain path: {@link Builder#addHttpListener(Path)}, with a supervisor or without.
 *
 * <p>{@link Undertow#getWorker()} of a supervised server, and of one with a path, is a {@link SharedXnioWorker}.
 */
public final class ForklessUndertow {
    /** How long a connection may be idle while the server drains, unless set. */
    public static final Duration DEFAULT_DRAIN_IDLE_GRACE = IdleGrace.DEFAULT.duration();

    private ForklessUndertow() {}

    /**
     * In place of {@link Undertow#builder()}.
     *
     * @throws UncheckedIOException if this process was started as a worker and its supervisor cannot be reached
     * @throws IllegalStateException if the Undertow at hand is older than 2.3, or if this is a worker and the Undertow or
     *     XNIO at hand lacks what a shared listener needs
     */
    public static Builder builder() {
        RequiredUndertow.check();
        try {
            return new Builder(Worker.current().orElse(null));
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** Has every method of {@link Undertow.Builder}, to the same effect; see there. */
    public static final class Builder {
        private final Undertow.Builder builder = Undertow.builder();
        private final OptionMap.Builder workerOptions = OptionMap.builder();
        private final RequestTracker requests = new RequestTracker();
        private final Map<Integer, Path> unixDomainPaths = new HashMap<>();
        private final Worker worker;
        private final ListenerSource source;
        private int listeners;
        private int ioThreads = Math.max(Runtime.getRuntime().availableProcessors(), 2);
        private int workerThreads = 8 * ioThreads;
        private XnioWorker ownWorker;
        private Integer shutdownTimeoutMillis;
        private boolean acceptPacing = true;
        private IdleGrace drainIdleGrace = IdleGrace.DEFAULT;

        private Builder(Worker worker) {
            this(worker, worker == null ? null : worker::listen);
        }

        /** @param source null for a server that has Undertow bind its listeners, or binds them itself if one has a path */
        Builder(Worker worker, ListenerSource source) {
            this.worker = worker;
            this.source = source;
            if (source != null) {
                Internals.require();
                FreeThreads.haveThemCounted();
            }
        }

        public Undertow build() {
            ListenerSource listenerSource = source == null && !unixDomainPaths.isEmpty() ? new OwnListeners() : source;
            if (listenerSource == null) {
                return builder.build();
            }
            Internals.require();
            ConnectionCounts counts = new ConnectionCounts();
            counts.setPaced(acceptPacing);
            SharedXnioWorker shared = new SharedXnioWorker(settings(), listenerSource, counts, requests);
            if (worker != null) {
                counts.joinPacing(worker.acceptPacing(), shared::freeThreads);
            }
            Undertow server = builder.setWorker(shared).build();
            shared.serve(server);
            if (worker != null) {
                shared.onStarted(new SupervisedUndertow(worker, server, shared)::started);
            }
            return server;
        }

        private ServerSettings settings() {
            // What Undertow gives to a worker that it makes itself.
            OptionMap options = OptionMap.builder()
                    .set(Options.WORKER_IO_THREADS, ioThreads)
                    .set(Options.CONNECTION_HIGH_WATER, 1_000_000)
                    .set(Options.CONNECTION_LOW_WATER, 1_000_000)
                    .set(Options.WORKER_TASK_CORE_THREADS, workerThreads)
                    .set(Options.WORKER_TASK_MAX_THREADS, workerThreads)
                    .set(Options.TCP_NODELAY, true)
                    .set(Options.CORK, true)
                    .addAll(workerOptions.getMap())
                    .getMap();
            return new ServerSettings(
                    listeners, Map.copyOf(unixDomainPaths), options, ownWorker, shutdownTimeoutMillis, drainIdleGrace);
        }

        /**
         * Whether a worker without free threads, or with many connections, leaves new ones to the others; on unless set.
         * See {@link AcceptPacing}.
         */
        public Builder setAcceptPacing(boolean acceptPacing) {
            this.acceptPacing = acceptPacing;
            return this;
        }

        /**
         * @param drainIdleGrace a keep-alive connection on which no request comes for so long is closed by a server that
         *     drains; {@link #DEFAULT_DRAIN_IDLE_GRACE} unless set
         * @throws IllegalArgumentException if it is negative
         */
        public Builder setDrainIdleGrace(Duration drainIdleGrace) {
            this.drainIdleGrace = new IdleGrace(drainIdleGrace);
            return this;
        }

        @Deprecated
        public Builder addListener(int port, String host) {
            listeners++;
            builder.addListener(port, host);
            return this;
        }

        @Deprecated
        public Builder addListener(int port, String host, Undertow.ListenerType listenerType) {
            listeners++;
            builder.addListener(port, host, listenerType);
            return this;
        }

        /** The listener's builder is left as it is. */
        public Builder addListener(Undertow.ListenerBuilder listenerBuilder) {
            listeners++;
            HttpHandler rootHandler = source == null ? null : Internals.rootHandler(listenerBuilder);
            if (rootHandler == null) {
                builder.addListener(listenerBuilder);
            } else {
                builder.addListener(listenerBuilder.setRootHandler(tracked(rootHandler)));
                listenerBuilder.setRootHandler(rootHandler);
            }
            return this;
        }

        /**
         * A listener on a Unix-domain path. Its connections have 127.0.0.1 and port 0 for both of their addresses. Without a
         * supervisor the server binds the path itself when it is started; that takes a listener provider, as in a
         * supervisor, and replaces a path that a dead process has left behind.
         *
         * @param unixDomainPath about 100 bytes at most (unix(7), {@code sun_path})
         * @throws IllegalStateException from {@link #build()}, if the Undertow or XNIO at hand lacks what that needs
         */
        public Builder addHttpListener(Path unixDomainPath) {
            return addListener(unixDomainPath, new Undertow.ListenerBuilder().setType(Undertow.ListenerType.HTTP));
        }

        /**
         * The same for any type of listener.
         *
         * @param listenerBuilder its host and port are not used
         */
        public Builder addListener(Path unixDomainPath, Undertow.ListenerBuilder listenerBuilder) {
            unixDomainPaths.put(listeners, unixDomainPath);
            return addListener(listenerBuilder);
        }

        public Builder addHttpListener(int port, String host) {
            listeners++;
            builder.addHttpListener(port, host);
            return this;
        }

        public Builder addHttpListener(int port, String host, HttpHandler rootHandler) {
            listeners++;
            builder.addHttpListener(port, host, tracked(rootHandler));
            return this;
        }

        public Builder addHttpsListener(int port, String host, KeyManager[] keyManagers, TrustManager[] trustManagers) {
            listeners++;
            builder.addHttpsListener(port, host, keyManagers, trustManagers);
            return this;
        }

        public Builder addHttpsListener(
                int port,
                String host,
                KeyManager[] keyManagers,
                TrustManager[] trustManagers,
                HttpHandler rootHandler) {
            listeners++;
            builder.addHttpsListener(port, host, keyManagers, trustManagers, tracked(rootHandler));
            return this;
        }

        public Builder addHttpsListener(int port, String host, SSLContext sslContext) {
            listeners++;
            builder.addHttpsListener(port, host, sslContext);
            return this;
        }

        public Builder addHttpsListener(int port, String host, SSLContext sslContext, HttpHandler rootHandler) {
            listeners++;
            builder.addHttpsListener(port, host, sslContext, tracked(rootHandler));
            return this;
        }

        public Builder addAjpListener(int port, String host) {
            listeners++;
            builder.addAjpListener(port, host);
            return this;
        }

        public Builder addAjpListener(int port, String host, HttpHandler rootHandler) {
            listeners++;
            builder.addAjpListener(port, host, tracked(rootHandler));
            return this;
        }

        public Builder setHandler(HttpHandler handler) {
            builder.setHandler(tracked(handler));
            return this;
        }

        public Builder setBufferSize(int bufferSize) {
            builder.setBufferSize(bufferSize);
            return this;
        }

        @Deprecated
        public Builder setBuffersPerRegion(int buffersPerRegion) {
            builder.setBuffersPerRegion(buffersPerRegion);
            return this;
        }

        public Builder setDirectBuffers(boolean directBuffers) {
            builder.setDirectBuffers(directBuffers);
            return this;
        }

        public Builder setByteBufferPool(ByteBufferPool byteBufferPool) {
            builder.setByteBufferPool(byteBufferPool);
            return this;
        }

        public Builder setIoThreads(int ioThreads) {
            this.ioThreads = ioThreads;
            builder.setIoThreads(ioThreads);
            return this;
        }

        public Builder setWorkerThreads(int workerThreads) {
            this.workerThreads = workerThreads;
            builder.setWorkerThreads(workerThreads);
            return this;
        }

        public <T> Builder setWorkerOption(Option<T> option, T value) {
            workerOptions.set(option, value);
            builder.setWorkerOption(option, value);
            return this;
        }

        public <T> Builder setServerOption(Option<T> option, T value) {
            if (option == UndertowOptions.SHUTDOWN_TIMEOUT) {
                shutdownTimeoutMillis = UndertowOptions.SHUTDOWN_TIMEOUT.cast(value);
            }
            builder.setServerOption(option, value);
            return this;
        }

        public <T> Builder setSocketOption(Option<T> option, T value) {
            builder.setSocketOption(option, value);
            return this;
        }

        /**
         * @param worker of XNIO's NIO provider; it is not shut down when the server is stopped. Its IO threads serve the
         *     connections, its own listeners are not used
         */
        public Builder setWorker(XnioWorker worker) {
            ownWorker = worker;
            builder.setWorker(worker);
            return this;
        }

        public Builder setSslEngineDelegatedTaskExecutor(Executor executor) {
            builder.setSslEngineDelegatedTaskExecutor(executor);
            return this;
        }

        private HttpHandler tracked(HttpHandler handler) {
            return source == null || handler == null ? handler : requests.track(handler);
        }
    }
}
