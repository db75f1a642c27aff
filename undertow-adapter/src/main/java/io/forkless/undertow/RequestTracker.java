package io.forkless.undertow;

import io.undertow.server.ConduitWrapper;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.ServerConnection;
import io.undertow.util.AttachmentKey;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.xnio.conduits.StreamSinkConduit;

/**
 * Knows which connections have a request under way, and since when the others have none. While the server drains, it
 * announces on each HTTP/1 response that it is the connection's last (RFC 9112 section 9.6), so that no client sends one
 * more request into a connection that is about to be closed.
 *
 * <p>A connection belongs to it from its first request on.
 */
final class RequestTracker {
    private static final AttachmentKey<UsedConnection> CONNECTION = AttachmentKey.create(UsedConnection.class);

    private final Set<UsedConnection> connections = ConcurrentHashMap.newKeySet();
    private final ConduitWrapper<StreamSinkConduit> closeWhenDraining = (factory, exchange) -> {
        announceClose(exchange);
        return factory.create();
    };
    private volatile boolean draining;
    private long drainingSince;
    private long idleGraceNanos;

    /** A handler that tracks the requests which it passes on. */
    HttpHandler track(HttpHandler next) {
        return next instanceof Tracking ? next : new Tracking(next);
    }

    /**
     * From now on connections end with the response that they are waiting for.
     *
     * @param idleGrace how long a connection may be idle from now on
     */
    void beginDrain(Duration idleGrace) {
        idleGraceNanos = idleGrace.toNanos();
        drainingSince = System.nanoTime();
        draining = true;
        connections.forEach(UsedConnection::announceEnd);
    }

    /** Closes connections that have been idle, between two requests, for the grace. */
    void closeIdle() {
        Set<SocketAddress> http2Peers = connections.stream()
                .filter(UsedConnection::isHttp2)
                .map(UsedConnection::peer)
                .collect(Collectors.toSet());
        for (UsedConnection connection : connections) {
            // One that was upgraded from HTTP/1 to HTTP/2 is known as both; the latter tells whether it is idle.
            if (connection.isHttp2() || !http2Peers.contains(connection.peer())) {
                connection.closeIfIdleFor(idleGraceNanos, drainingSince);
            }
        }
    }

    /** Whether there is no connection that has had a request. */
    boolean hasNoConnection() {
        return connections.isEmpty();
    }

    private UsedConnection connectionOf(HttpServerExchange exchange) {
        ServerConnection connection = exchange.getConnection();
        UsedConnection known = connection.getAttachment(CONNECTION);
        if (known != null) {
            return known;
        }
        UsedConnection used = new UsedConnection(connection);
        connection.putAttachment(CONNECTION, used);
        connections.add(used);
        connection.addCloseListener(closed -> connections.remove(used));
        return used;
    }

    /** At the last moment, since the drain may have begun while the handler was at work. */
    private void announceClose(HttpServerExchange exchange) {
        if (!draining || exchange.isUpgrade()) { // draining is volatile, and read first
            return;
        }
        UsedConnection connection = exchange.getConnection().getAttachment(CONNECTION);
        if (connection == null || !connection.mayAnswerMore(idleGraceNanos)) {
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
            UsedConnection connection = connectionOf(exchange);
            connection.begin();
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
