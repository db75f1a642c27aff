package io.forkless.tck.adapter;

import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.client.CompletableResponseListener;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.HttpClientTransportOverHTTP2;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** Speaks HTTP/2 without an upgrade, and obeys a GOAWAY; the JDK's (17) gives up every stream when it gets one. */
public final class JettyHttp2Client implements AutoCloseable {
    private final HttpClient client;

    public JettyHttp2Client(SSLContext context) throws Exception {
        SslContextFactory.Client ssl = new SslContextFactory.Client();
        ssl.setSslContext(context);
        ClientConnector connector = new ClientConnector();
        connector.setSslContextFactory(ssl);
        client = new HttpClient(new HttpClientTransportOverHTTP2(new HTTP2Client(connector)));
        client.start();
    }

    String get(String scheme, int port, String path) throws Exception {
        return send(scheme, port, path).get().getContentAsString();
    }

    public CompletableFuture<ContentResponse> send(String scheme, int port, String path) {
        return new CompletableResponseListener(client.newRequest(scheme + "://127.0.0.1:" + port + path)).send();
    }

    @Override
    public void close() {
        LifeCycle.stop(client);
    }
}
