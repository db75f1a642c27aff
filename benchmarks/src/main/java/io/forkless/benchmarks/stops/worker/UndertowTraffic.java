package io.forkless.benchmarks.stops.worker;

import io.forkless.benchmarks.stops.Traffic;
import io.forkless.undertow.ForklessUndertow;
import io.undertow.Handlers;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import javax.net.ssl.SSLContext;

/** The traffic on Undertow: HTTP/1.1 and HTTP/2 plain and with TLS. */
final class UndertowTraffic {
    /** More than there are clients, since each request keeps one. */
    private static final int THREADS = 64;

    private UndertowTraffic() {}

    static void start(SSLContext context) {
        ForklessUndertow.builder()
                .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
                .setWorkerThreads(THREADS)
                .setDrainIdleGrace(Traffic.GRACE)
                .addHttpListener(0, Traffic.HOST)
                .addHttpsListener(0, Traffic.TLS_HOST, context)
                .setHandler(Handlers.httpContinueRead(new BlockingHandler(UndertowTraffic::handle)))
                .build()
                .start();
    }

    private static void handle(HttpServerExchange exchange) throws Exception {
        new Answer(exchange.getInputStream(), exchange::setResponseContentLength, exchange.getOutputStream())
                .write(exchange.getRequestPath());
    }
}
