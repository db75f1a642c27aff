package io.forkless.tck.adapter;

import java.io.Closeable;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** One HTTP/2 connection, by prior knowledge or over TLS, on which a test decides when each frame is read and written. */
final class Http2Connection implements Closeable {
    private static final int SECONDS = 30;

    private final HTTP2Client client;
    private final Session session;

    /** @param tls for a connection over TLS, or null */
    Http2Connection(int port, SSLContext tls) throws Exception {
        ClientConnector connector = new ClientConnector();
        SslContextFactory.Client ssl = new SslContextFactory.Client();
        if (tls != null) {
            ssl.setSslContext(tls);
            connector.setSslContextFactory(ssl);
        }
        client = new HTTP2Client(connector);
        client.start();
        InetSocketAddress server = new InetSocketAddress("127.0.0.1", port);
        Session.Listener listener = new Session.Listener() {};
        CompletableFuture<Session> connected =
                tls == null ? client.connect(server, listener) : client.connect(ssl, server, listener);
        session = connected.get(SECONDS, TimeUnit.SECONDS);
    }

    Http2Exchange get(String path) throws Exception {
        return send("GET", path, true);
    }

    /** The body follows. */
    Http2Exchange post(String path) throws Exception {
        return send("POST", path, false);
    }

    private Http2Exchange send(String method, String path, boolean last) throws Exception {
        MetaData.Request request = new MetaData.Request(
                method, HttpURI.from("http://localhost" + path), HttpVersion.HTTP_2, HttpFields.EMPTY);
        Http2Exchange exchange = new Http2Exchange();
        Promise.Completable<Stream> opened = new Promise.Completable<>();
        session.newStream(new HeadersFrame(request, null, last), opened, exchange);
        exchange.on(opened.get(SECONDS, TimeUnit.SECONDS));
        return exchange;
    }

    @Override
    public void close() {
        LifeCycle.stop(client);
    }
}
