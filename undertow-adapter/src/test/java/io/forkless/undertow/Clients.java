package io.forkless.undertow;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.HttpClientTransportOverHTTP2;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** Other people's clients. */
record Clients(SSLContext context) {
    String get(HttpClient.Version version, String scheme, int port, String path) throws Exception {
        return jdk(version)
                .send(request(scheme, port, path), BodyHandlers.ofString())
                .body();
    }

    HttpClient jdk(HttpClient.Version version) {
        return HttpClient.newBuilder().version(version).sslContext(context).build();
    }

    static HttpRequest request(String scheme, int port, String path) {
        return HttpRequest.newBuilder(URI.create(scheme + "://127.0.0.1:" + port + path))
                .build();
    }

    /** Speaks HTTP/2 without an upgrade, and obeys a GOAWAY; the JDK's (17) gives up every stream when it gets one. */
    org.eclipse.jetty.client.HttpClient jettyHttp2() throws Exception {
        SslContextFactory.Client ssl = new SslContextFactory.Client();
        ssl.setSslContext(context);
        ClientConnector connector = new ClientConnector();
        connector.setSslContextFactory(ssl);
        org.eclipse.jetty.client.HttpClient client =
                new org.eclipse.jetty.client.HttpClient(new HttpClientTransportOverHTTP2(new HTTP2Client(connector)));
        client.start();
        return client;
    }

    static int freePort() throws IOException {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress("127.0.0.1", 0));
            return socket.getLocalPort();
        }
    }
}
