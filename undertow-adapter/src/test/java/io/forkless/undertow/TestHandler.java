package io.forkless.undertow;

import io.forkless.tck.adapter.HeldReadiness;
import io.forkless.tck.adapter.PreparedDrain;
import io.forkless.tck.adapter.SlowRequests;
import io.forkless.tck.adapter.TestBodies;
import io.undertow.Handlers;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.websockets.core.AbstractReceiveListener;
import io.undertow.websockets.core.BufferedTextMessage;
import io.undertow.websockets.core.WebSocketChannel;
import io.undertow.websockets.core.WebSockets;
import java.io.IOException;
import java.net.InetSocketAddress;

/** What {@link io.forkless.tck.adapter.DrainContractTest} asks for but early hints, which Undertow does not have. */
final class TestHandler implements HttpHandler {
    private static final HttpHandler WEB_SOCKET = Handlers.websocket((exchange, channel) -> {
        channel.getReceiveSetter().set(new Echo());
        channel.resumeReceives();
    });

    private static final HttpHandler BLOCKING =
            Handlers.httpContinueRead(new BlockingHandler(TestHandler::handleBlocking));

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        switch (exchange.getRequestPath()) {
            case "/socket" -> WEB_SOCKET.handleRequest(exchange);
            case "/sleep", "/prepared", "/until-drain", "/events", "/large", "/upload" ->
                BLOCKING.handleRequest(exchange);
            case "/release" -> {
                HeldReadiness.release();
                exchange.getResponseSender().send(answer(exchange));
            }
            case "/attributes" -> exchange.getResponseSender().send(attributes(exchange));
            default -> exchange.getResponseSender().send(answer(exchange));
        }
    }

    private static void handleBlocking(HttpServerExchange exchange) throws IOException, InterruptedException {
        String query = exchange.getQueryString();
        switch (exchange.getRequestPath()) {
            case "/events" -> TestBodies.events(query, exchange.getOutputStream());
            case "/large" -> {
                exchange.setResponseContentLength(TestBodies.LARGE);
                TestBodies.large(exchange.getOutputStream());
            }
            case "/upload" -> exchange.getResponseSender().send(TestBodies.received(query, exchange.getInputStream()));
            case "/until-drain" -> {
                SlowRequests.untilDrain(query, TestWorker.xnioWorker()::isDraining);
                exchange.getResponseSender().send(answer(exchange));
            }
            case "/prepared" -> {
                PreparedDrain.await();
                exchange.getResponseSender().send(answer(exchange));
            }
            default -> {
                SlowRequests.sleep(query);
                exchange.getResponseSender().send(answer(exchange));
            }
        }
    }

    private static String answer(HttpServerExchange exchange) {
        return ProcessHandle.current().pid() + " " + exchange.getProtocol();
    }

    private static String attributes(HttpServerExchange exchange) {
        SharedXnioWorker worker = TestWorker.xnioWorker();
        return String.join(
                " ",
                "accepted=" + worker.getAcceptedConnections(),
                "open=" + worker.getOpenConnections(),
                "draining=" + worker.isDraining(),
                "pacing=" + worker.isAcceptPacing(),
                "port="
                        + exchange.getConnection()
                                .getLocalAddress(InetSocketAddress.class)
                                .getPort());
    }

    private static final class Echo extends AbstractReceiveListener {
        @Override
        protected void onFullTextMessage(WebSocketChannel channel, BufferedTextMessage message) {
            WebSockets.sendText(message.getData(), channel, null);
        }
    }
}
