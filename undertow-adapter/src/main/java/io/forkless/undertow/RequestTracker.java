package io.forkless.undertow;

import io.forkless.worker.IdleGrace;
import io.undertow.server.ConduitWrapper;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.ServerConnection;
import io.undertow.server.protocol.http.HttpServerConnection;
import io.undertow.util.AttachmentKey;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.xnio.StreamConnection;
import org.xnio.conduits.StreamSinkConduit;

/**
 * Knows every connection, whether it has a request under way, and since when it has none. While the server drains, it
 * announces on each HTTP/1 response that it is the connection's last (RFC 9112 section 9.6), so that no client sends one
 * more request into a connection that is about to be closed.
 */
final class RequestTracker {
    private static final AttachmentKey<ConnectionActivity> CONNECTION = AttachmentKey.create(ConnectionActivity.class);

    private final Map<StreamConnection, ConnectionActivity> connections = new ConcurrentHashMap<>();
    private final ConduitWrapper<StreamSinkConduit> closeWhenDraining = (factory, exchange) -> {
        announceClose(exchange);
        return factory.create();
    };
    private volatile boolean draining;
    private long drainingSince;
    private IdleGrace idleGrace;

    /** A handler that tracks the requests which it passes on. */
    HttpHandler track(HttpHandler next) {
        return next instanceof Tracking ? next : new Tracking(next);
    }

    /** From now on connections end with the response that they are waiting for, or when they have been idle for so long. */
    void beginDrain(IdleGrace grace) {
        idleGrace = grace;
        drainingSince = System.nanoTime();
        draining = true;
        connections.values().forEach(ConnectionActivity::announceEnd);
    }

    void opened(StreamConnection socket) {
        connections.put(socket, new ConnectionActivity(socket));
    }

    void ended(StreamConnection socket) {
        connections.remove(socket);
    }

    /**
     * Closes connections that have been idle for the grace.
     *
     * @param http1 those that speak HTTP/1, as far as the server knows; a request may have begun on one that has had none
     */
    void closeIdle(Iterable<HttpServerConnection> http1) {
        for (HttpServerConnection connection : http1) {
            ConnectionActivity activity = connections.get(Internals.socketOf(connection));
            if (activity != null) {
                activity.isRead(connection);
            }
        }
        connections.values().forEach(connection -> connection.closeIfIdle(idleGrace, drainingSince));
    }

    private ConnectionActivity connectionOf(HttpServerExchange exchange) {
        ServerConnection connection = exchange.getConnection();
        ConnectionActivity known = connection.getAttachment(CONNECTION);
        if (known != null) {
            return known;
        }
        StreamConnection socket = Internals.socketOf(connection);
        ConnectionActivity opened = connections.get(socket);
        ConnectionActivity activity = opened == null ? new ConnectionActivity(socket) : opened; // null if it has ended
        connection.putAttachment(CONNECTION, activity);
        return activity;
    }

    /** At the last moment, since the drain may have begun while the handler was at work. */
    private void announceClose(HttpServerExchange exchange) {
        if (!draining || exchange.isUpgrade()) { // draining is volatile, and read first
            return;
        }
        ConnectionActivity connection = exchange.getConnection().getAttachment(CONNECTION);
        if (connection == null || !connection.mayAnswerMore(idleGrace)) {
            exchange.setPersistent(false);
        }
    }

    private final class Tracking implements HttpHandler {
        private final HttpHandler next;

        Tracking(HttpHandler next) {
            this.next = next;
        }

        @Override
        public void handleRequest(HttpServerExchange exchange) throws Exception {
            ConnectionActivity connection = connectionOf(exchange);
            connection.begin(exchange.getConnection());
            exchange.addExchangeCompleteListener(connection);
            if (connection.isHttp2()) {
                if (draining) {
                    connection.announceEnd();
                }
            } else {
                exchange.addResponseWrapper(closeWhenDraining);
            }
            next.handleRequest(exchange);
        }

        @Override
        public String toString() {
            return next.toString();
        }
    }
}
