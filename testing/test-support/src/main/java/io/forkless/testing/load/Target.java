package io.forkless.testing.load;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import javax.net.ssl.SSLContext;

/**
 * Where a client's connections go, and how long it waits.
 *
 * @param address TCP or Unix-domain
 * @param tls null for a plain connection
 * @param idleGrace how long a connection must have been idle for the server to be free to close it while the client sends;
 *     null: it is as soon as the connection has been used once
 * @param connectTimeout of a connection, TCP only
 * @param readTimeout of each wait for something of a response
 */
public record Target(
        SocketAddress address, SSLContext tls, Duration idleGrace, Duration connectTimeout, Duration readTimeout) {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);

    public static Target of(SocketAddress address) {
        return new Target(address, null, null, CONNECT_TIMEOUT, READ_TIMEOUT);
    }

    /** A port of 127.0.0.1. */
    public static Target of(int port) {
        return of(new InetSocketAddress("127.0.0.1", port));
    }

    public Target withTls(SSLContext context) {
        return new Target(address, context, idleGrace, connectTimeout, readTimeout);
    }

    public Target withIdleGrace(Duration grace) {
        return new Target(address, tls, grace, connectTimeout, readTimeout);
    }

    public Target withTimeouts(Duration connect, Duration read) {
        return new Target(address, tls, idleGrace, connect, read);
    }
}
