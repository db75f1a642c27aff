package io.forkless.benchmarks.app;

import io.forkless.undertow.ForklessUndertow;
import io.undertow.Undertow;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.net.InetSocketAddress;

/** The work on Undertow. */
final class UndertowServer {
    private static final String HOST = "127.0.0.1";
    private static final String ANSWER = Long.toString(ProcessHandle.current().pid());

    private UndertowServer() {}

    static int start(App.ListenerKind listener, int port) {
        Undertow server = switch (listener) {
            case plain ->
                Undertow.builder()
                        .addHttpListener(port, HOST)
                        .setHandler(UndertowServer::answer)
                        .build();
            case shared ->
                ForklessUndertow.builder()
                        .addHttpListener(port, HOST)
                        .setHandler(UndertowServer::answer)
                        .build();
            case reuseport -> throw new IllegalArgumentException("Undertow has no option for SO_REUSEPORT");
        };
        server.start();
        return ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
    }

    private static void answer(HttpServerExchange exchange) {
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain");
        exchange.getResponseSender().send(ANSWER);
    }
}
