package io.forkless.tck.adapter;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import javax.net.ssl.SSLContext;

/** Other people's clients, which trust the certificate of the test. */
record Clients(SSLContext context) {
    HttpClient jdk(HttpClient.Version version) {
        return HttpClient.newBuilder().version(version).sslContext(context).build();
    }

    JettyHttp2Client jettyHttp2() throws Exception {
        return new JettyHttp2Client(context);
    }

    static HttpRequest request(String scheme, int port, String path) {
        return HttpRequest.newBuilder(URI.create(scheme + "://127.0.0.1:" + port + path))
                .build();
    }
}
