package io.forkless.examples.undertowhello;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/** {@code /}, {@code /sleep?ms=N} and {@code /crash}. */
final class HelloHandler implements HttpHandler {
    private static final long MAX_SLEEP_MILLIS = 600_000;

    private final String answer;

    HelloHandler(String workerIndex) {
        answer = "worker " + workerIndex + " pid " + ProcessHandle.current().pid() + "\n";
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        switch (exchange.getRequestPath()) {
            case "/" -> answer(exchange);
            case "/sleep" -> {
                Deque<String> millis = exchange.getQueryParameters().get("ms");
                if (millis == null || !millis.getFirst().matches("\\d{1,6}")) {
                    exchange.setStatusCode(StatusCodes.BAD_REQUEST);
                    exchange.getResponseSender().send("use /sleep?ms=N");
                    return;
                }
                answerLater(exchange, Math.min(MAX_SLEEP_MILLIS, Long.parseLong(millis.getFirst())));
            }
            case "/crash" -> Runtime.getRuntime().halt(1);
            default -> exchange.setStatusCode(StatusCodes.NOT_FOUND).endExchange();
        }
    }

    /** Occupies no thread meanwhile. */
    private void answerLater(HttpServerExchange exchange, long millis) {
        exchange.dispatch(
                task -> exchange.getIoThread().executeAfter(task, millis, TimeUnit.MILLISECONDS),
                () -> answer(exchange));
    }

    private void answer(HttpServerExchange exchange) {
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain");
        exchange.getResponseSender().send(answer);
    }
}
