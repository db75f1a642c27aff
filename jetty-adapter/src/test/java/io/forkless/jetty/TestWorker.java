package io.forkless.jetty;

import io.forkless.tck.adapter.HeldReadiness;
import io.forkless.tck.adapter.PreparedDrain;
import io.forkless.tck.adapter.Restarts;
import io.forkless.tck.adapter.SlowRequests;
import io.forkless.tck.adapter.TestBodies;
import io.forkless.tck.adapter.TestKeyStore;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;

/** The worker program of these tests: a server with the connectors and oddities that its arguments ask for. */
final class TestWorker {
    /** Longer than any client of ours waits: it shall not end what nothing else has ended. */
    private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(2);

    /** Those of the plain connector, an acceptor and a selector, and one that Jetty holds in reserve. */
    private static final int OWN_THREADS = 3;

    private TestWorker() {}

    /** @param arguments those of {@link io.forkless.tck.adapter.AdapterContractTest}, and options of our own */
    public static void main(String[] arguments) throws Exception {
        List<String> options = Arrays.asList(arguments);
        QueuedThreadPool threads = new QueuedThreadPool();
        if (options.contains("virtual-threads")) {
            Executor virtual = VirtualThreads.getDefaultVirtualThreadsExecutor();
            threads.setVirtualThreadsExecutor(virtual);
        }
        Server server = new Server(threads);
        long grace = SharedServerConnector.DEFAULT_DRAIN_IDLE_GRACE;
        for (String option : options) {
            String[] pair = option.split("=");
            switch (pair[0]) {
                case "plain" -> server.addConnector(at(plain(server, options), pair[1]));
                case "unix" -> {
                    SharedServerConnector connector = plain(server, options);
                    connector.setUnixDomainPath(Path.of(pair[1]));
                    server.addConnector(connector);
                }
                case "tls" -> server.addConnector(tls(server, pair[1]));
                case "threads" -> threads.setMaxThreads(Integer.parseInt(pair[1]) + OWN_THREADS);
                case "grace" -> grace = Long.parseLong(pair[1]);
                default -> {
                    // read elsewhere
                }
            }
        }
        for (Connector connector : server.getConnectors()) {
            SharedServerConnector shared = (SharedServerConnector) connector;
            shared.setDrainIdleGrace(grace);
            shared.setIdleTimeout(IDLE_TIMEOUT.toMillis());
        }
        WebSocketUpgradeHandler handler = WebSocketUpgradeHandler.from(
                server, sockets -> sockets.addMapping("/socket", (request, response, callback) -> new Echo()));
        handler.setHandler(new TestHandler());
        server.setHandler(handler);
        server.addEventListener(stopAnnouncer());
        if (options.contains("hold")) {
            HeldReadiness.hold();
        }
        if (options.contains("late")) {
            startConnectorsLater(server);
        } else {
            server.start();
        }
        if (options.contains("restarts")) {
            Restarts.run(() -> restartConnectors(server));
        }
        server.join();
    }

    /** As Spring Boot does. The second one waits for a request to the first one. */
    private static void startConnectorsLater(Server server) throws Exception {
        Connector[] connectors = server.getConnectors();
        server.setConnectors(null);
        server.start();
        server.setConnectors(connectors);
        for (Connector connector : connectors) {
            connector.start();
            HeldReadiness.awaitRelease();
        }
    }

    private static void restartConnectors(Server server) throws Exception {
        for (Connector connector : server.getConnectors()) {
            connector.stop();
            connector.start();
        }
    }

    /** Said by whoever stops the server: the process ends right after that, and takes along who waits for it. */
    private static LifeCycle.Listener stopAnnouncer() {
        return new LifeCycle.Listener() {
            @Override
            public void lifeCycleStopped(LifeCycle event) {
                System.out.println("the server has stopped");
            }
        };
    }

    private static SharedServerConnector plain(Server server, List<String> options) {
        HttpConfiguration http = new HttpConfiguration();
        int acceptors = options.contains("no-acceptors") ? 0 : 1;
        SharedServerConnector connector = new SharedServerConnector(
                server, acceptors, 1, http1(options), new HTTP2CServerConnectionFactory(http));
        connector.setInheritChannel(options.contains("inherit-channel"));
        connector.setReusePort(options.contains("reuse-port"));
        return connector;
    }

    private static ConnectionFactory http1(List<String> options) {
        HttpConnectionFactory http1 = new HttpConnectionFactory();
        if (options.contains("wrapped")) {
            return new WrappingConnectionFactory(http1, true);
        }
        return options.contains("hidden") ? new WrappingConnectionFactory(http1, false) : http1;
    }

    private static SharedServerConnector tls(Server server, String port) {
        HttpConfiguration http = new HttpConfiguration();
        SslContextFactory.Server ssl = new SslContextFactory.Server();
        ssl.setKeyStorePath(TestKeyStore.ofThisWorker().file().toUri().toString());
        ssl.setKeyStorePassword(TestKeyStore.PASSWORD);
        ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
        alpn.setDefaultProtocol("http/1.1");
        return at(
                new SharedServerConnector(
                        server, ssl, alpn, new HTTP2ServerConnectionFactory(http), new HttpConnectionFactory(http)),
                port);
    }

    private static SharedServerConnector at(SharedServerConnector connector, String port) {
        connector.setHost("127.0.0.1");
        connector.setPort(Integer.parseInt(port));
        return connector;
    }

    /** The server's end of a WebSocket. */
    public static final class Echo extends Session.Listener.AbstractAutoDemanding {
        @Override
        public void onWebSocketText(String message) {
            getSession().sendText(message, org.eclipse.jetty.websocket.api.Callback.NOOP);
        }
    }

    /** What {@link io.forkless.tck.adapter.DrainContractTest} asks for but the WebSocket. */
    private static final class TestHandler extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            String path = Request.getPathInContext(request);
            String query = request.getHttpURI().getQuery();
            switch (path) {
                case "/events" -> {
                    try (OutputStream out = Content.Sink.asOutputStream(response)) {
                        TestBodies.events(query, out);
                    }
                    callback.succeeded();
                }
                case "/large" -> {
                    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, TestBodies.LARGE);
                    try (OutputStream out = Content.Sink.asOutputStream(response)) {
                        TestBodies.large(out);
                    }
                    callback.succeeded();
                }
                default -> Content.Sink.write(response, true, answer(path, query, request, response), callback);
            }
            return true;
        }

        private static String answer(String path, String query, Request request, Response response) throws Exception {
            SharedServerConnector connector =
                    (SharedServerConnector) request.getConnectionMetaData().getConnector();
            if (path.equals("/attributes")) {
                return attributes(connector);
            }
            if (path.equals("/upload")) {
                return TestBodies.received(query, Content.Source.asInputStream(request));
            }
            if (path.startsWith("/early-hints")) {
                response.writeInterim(HttpStatus.EARLY_HINTS_103, HttpFields.EMPTY)
                        .get();
            }
            if (path.equals("/sleep")) {
                SlowRequests.sleep(query);
            }
            if (path.equals("/prepared")) {
                PreparedDrain.await();
            }
            if (path.equals("/release")) {
                HeldReadiness.release();
            }
            if (path.endsWith("/until-drain")) {
                SlowRequests.untilDrain(query, connector::isDraining);
            }
            return ProcessHandle.current().pid() + " "
                    + request.getConnectionMetaData().getHttpVersion().asString();
        }

        private static String attributes(SharedServerConnector connector) {
            return String.join(
                    " ",
                    "supervised=" + connector.isSupervised(),
                    "index=" + connector.getWorkerIndex(),
                    "accepted=" + connector.getAcceptedConnections(),
                    "open=" + connector.getOpenConnections(),
                    "draining=" + connector.isDraining(),
                    "pacing=" + connector.isAcceptPacing(),
                    "port=" + connector.getLocalPort(),
                    "blocking=" + ((java.nio.channels.ServerSocketChannel) connector.getTransport()).isBlocking());
        }
    }
}
