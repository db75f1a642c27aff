package io.forkless.jetty;

import io.forkless.tck.adapter.Restarts;
import io.forkless.tck.adapter.SlowRequests;
import io.forkless.tck.adapter.TestKeyStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.Content;
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
                case "plain" -> server.addConnector(plain(server, pair[1], options));
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
        server.start();
        if (options.contains("restarts")) {
            Restarts.run(() -> restartConnectors(server));
        }
        server.join();
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

    private static SharedServerConnector plain(Server server, String port, List<String> options) {
        HttpConfiguration http = new HttpConfiguration();
        int acceptors = options.contains("no-acceptors") ? 0 : 1;
        SharedServerConnector connector = new SharedServerConnector(
                server, acceptors, 1, new HttpConnectionFactory(http), new HTTP2CServerConnectionFactory(http));
        connector.setInheritChannel(options.contains("inherit-channel"));
        connector.setReusePort(options.contains("reuse-port"));
        return at(connector, port);
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

    /** What {@link io.forkless.tck.adapter.AdapterContractTest} asks for but the WebSocket. */
    private static final class TestHandler extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            String path = Request.getPathInContext(request);
            SharedServerConnector connector =
                    (SharedServerConnector) request.getConnectionMetaData().getConnector();
            if (path.equals("/sleep")) {
                SlowRequests.sleep(request.getHttpURI().getQuery());
            }
            if (path.equals("/until-drain")) {
                SlowRequests.untilDrain(connector::isDraining);
            }
            String answer = path.equals("/attributes")
                    ? attributes(connector)
                    : ProcessHandle.current().pid() + " "
                            + request.getConnectionMetaData().getHttpVersion().asString();
            Content.Sink.write(response, true, answer, callback);
            return true;
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
