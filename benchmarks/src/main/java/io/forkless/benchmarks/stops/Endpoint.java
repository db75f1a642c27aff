package io.forkless.benchmarks.stops;

import io.forkless.testing.load.Target;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * Where a client's connections go.
 *
 * @param tls null for a plain port
 * @param http2 makes the HTTP/2 connections of all clients
 */
record Endpoint(InetSocketAddress address, SSLContext tls, HTTP2Client http2) {
    /** For HTTP/1.1. */
    Target target() {
        return Target.of(address).withTls(tls).withIdleGrace(Traffic.GRACE);
    }

    /** The same as {@code tls}, as Jetty calls it. */
    SslContextFactory.Client http2Tls() {
        return tls == null ? null : http2.getClientConnector().getSslContextFactory();
    }
}
