package io.forkless.benchmarks.stops.worker;

import io.forkless.benchmarks.stops.Traffic;
import io.forkless.jetty.SharedServerConnector;
import java.io.OutputStream;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** The traffic on Jetty: HTTP/1.1 and HTTP/2 plain and with TLS. */
final class JettyTraffic {
    private JettyTraffic() {}

    static void start(SSLContext context) throws Exception {
        Server server = new Server();
        HttpConfiguration http = new HttpConfiguration();
        add(
                Traffic.HOST,
                new SharedServerConnector(
                        server, new HttpConnectionFactory(http), new HTTP2CServerConnectionFactory(http)));
        SslContextFactory.Server ssl = new SslContextFactory.Server();
        ssl.setSslContext(context);
        ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
        alpn.setDefaultProtocol("http/1.1");
        add(
                Traffic.TLS_HOST,
                new SharedServerConnector(
                        server, ssl, alpn, new HTTP2ServerConnectionFactory(http), new HttpConnectionFactory(http)));
        server.setHandler(new TrafficHandler());
        server.start();
    }

    private static void add(String host, SharedServerConnector connector) {
        connector.setHost(host);
        connector.setDrainIdleGrace(Traffic.GRACE.toMillis());
        connector.getServer().addConnector(connector);
    }

    private static final class TrafficHandler extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            OutputStream out = Content.Sink.asOutputStream(response);
            new Answer(
                            Content.Source.asInputStream(request),
                            length -> response.getHeaders().put(HttpHeader.CONTENT_LENGTH, length),
                            out)
                    .write(Request.getPathInContext(request));
            callback.succeeded();
            return true;
        }
    }
}
