package io.forkless.jetty;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.IdleTimeout;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.HttpStream;

/**
 * Whether a request is under way on one HTTP connection, and since when none is: from its first byte until the last byte of
 * its response has been handed to the kernel, whichever version of HTTP it is and whatever carries it.
 *
 * <p>A request begins for its handler when its header is complete, and ends when its stream does. What comes before that is
 * seen as input that no request has accounted for yet: bytes of HTTP/1, streams of HTTP/2. Jetty's parser knows more, but
 * is not accessible in a module: so the first bytes of an HTTP/1 request that came in one read with the end of the request
 * before it are not seen until more of them come.
 *
 * <p>Thread-safe.
 */
final class ConnectionActivity {
    private static final String ATTRIBUTE = ConnectionActivity.class.getName();

    private final ConnectionMetaData connection;
    private final AtomicInteger requests = new AtomicInteger();
    private volatile long accountedBytes;
    private volatile long lastUnderWay = System.nanoTime();

    private ConnectionActivity(ConnectionMetaData connection) {
        this.connection = connection;
    }

    static ConnectionActivity of(ConnectionMetaData connection) {
        ConnectionActivity known = (ConnectionActivity) connection.getAttribute(ATTRIBUTE);
        return known == null ? make(connection) : known;
    }

    /** Locked, since the drain may look for it at the same time as the first request; no other request comes here. */
    private static synchronized ConnectionActivity make(ConnectionMetaData connection) {
        ConnectionActivity known = (ConnectionActivity) connection.getAttribute(ATTRIBUTE);
        if (known != null) {
            return known;
        }
        ConnectionActivity made = new ConnectionActivity(connection);
        connection.setAttribute(ATTRIBUTE, made);
        return made;
    }

    /**
     * How long no request has been under way at that end point; zero if one is. Without HTTP, as in a handshake or after
     * an upgrade, it is how long nothing has been read or written.
     */
    static Duration idleTime(EndPoint endPoint) {
        Connection connection = endPoint.getConnection();
        while (connection instanceof SslConnection tls) {
            connection = tls.getSslEndPoint().getConnection();
        }
        if (connection instanceof ConnectionMetaData http) {
            return of(http).idleTime();
        }
        return endPoint instanceof IdleTimeout timeout ? Duration.ofMillis(timeout.getIdleFor()) : Duration.ZERO;
    }

    private Duration idleTime() {
        if (requests.get() > 0 || hasUnaccountedInput()) {
            lastUnderWay = System.nanoTime();
        }
        return Duration.ofNanos(System.nanoTime() - lastUnderWay);
    }

    private boolean hasUnaccountedInput() {
        Connection messages = connection.getConnection();
        return isHttp1()
                ? messages.getBytesIn() != accountedBytes
                : messages.getMessagesIn() != messages.getMessagesOut(); // streams opened and closed
    }

    boolean isHttp1() {
        return connection.getHttpVersion().getVersion() <= HttpVersion.HTTP_1_1.getVersion();
    }

    /** A request has come; it ends with the stream that is returned. */
    HttpStream begin(HttpStream stream) {
        requests.incrementAndGet();
        return new Tracked(stream);
    }

    private void end() {
        accountedBytes = connection.getConnection().getBytesIn();
        lastUnderWay = System.nanoTime();
        requests.decrementAndGet();
    }

    private final class Tracked extends HttpStream.Wrapper {
        Tracked(HttpStream stream) {
            super(stream);
        }

        @Override
        public void succeeded() {
            end(); // first, as the next request may begin before the call returns
            super.succeeded();
        }

        @Override
        public void failed(Throwable cause) {
            end();
            super.failed(cause);
        }
    }
}
