package io.forkless.benchmarks.app;

import io.forkless.undertow.ForklessUndertow;
import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.util.Headers;
import java.net.InetSocketAddress;

/** The work on Undertow. */
final class UndertowServer {
    private static final String HOST = "127.0.0.1";
    private static final String ANSWER = Long.toString(ProcessHandle.current().pid());

    private UndertowServer() {}

    /** @param immediate whether the thread that reads a request may do the work, too: it takes no time */
    static int start(App.ListenerKind listener, int port, Work work, boolean immediate) {
        HttpHandler answer = exchange -> answer(exchange, work);
        HttpHandler handler = immediate ? answer : new BlockingHandler(answer);
        Undertow server = switch (listener) {
            case plain ->
                Undertow.builder()
                        .addHttpListener(port, HOST)
                        .setHandler(handler)
                        .build();
            case shared ->
                ForklessUndertow.builder()
                        .addHttpListener(port, HOST)
                        .setHandler(handler)
                        .build();
            case reuseport -> throw new IllegalArgumentException("Undertow has no option for SO_REUSEPORT");
        };
        server.start();
        return ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
    }

    private static void answer(HttpServerExchange exchange, Work work) {
        work.perform();
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain");
        exchange.getResponseSender().send(ANSWER);
    }
}
