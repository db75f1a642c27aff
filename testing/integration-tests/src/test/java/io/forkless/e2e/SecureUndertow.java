package io.forkless.e2e;

import io.forkless.undertow.ForklessUndertow;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.util.Headers;
import javax.net.ssl.SSLContext;

/** The half of {@link SecureExample} that is Undertow. */
final class SecureUndertow {
    private SecureUndertow() {}

    static void serve(String answer, SSLContext context) {
        BlockingHandler events = new BlockingHandler(exchange -> {
            exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/event-stream");
            SecureExample.sendEvents(exchange.getOutputStream());
        });
        ForklessUndertow.builder()
                .addHttpsListener(0, "127.0.0.1", context)
                .setHandler(exchange -> {
                    if (exchange.getRequestPath().equals(SecureExample.EVENTS)) {
                        events.handleRequest(exchange);
                    } else {
                        exchange.getResponseSender().send(answer);
                    }
                })
                .build()
                .start();
        System.out.println(answer + " is Undertow");
    }
}
