package io.forkless.e2e;

import io.forkless.jetty.SharedServerConnector;
import java.io.IOException;
import java.io.OutputStream;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** The half of {@link SecureExample} that is Jetty. */
final class SecureJetty {
    private SecureJetty() {}

    static void serve(String answer, SSLContext context) throws Exception {
        Server server = new Server();
        SslContextFactory.Server ssl = new SslContextFactory.Server();
        ssl.setSslContext(context);
        SharedServerConnector connector = new SharedServerConnector(server, ssl, new HttpConnectionFactory());
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws IOException {
                if (Request.getPathInContext(request).equals(SecureExample.EVENTS)) {
                    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/event-stream");
                    try (OutputStream out = Content.Sink.asOutputStream(response)) {
                        SecureExample.sendEvents(out);
                    }
                }
                Content.Sink.write(response, true, answer, callback);
                return true;
            }
        });
        server.start();
        System.out.println(answer + " is Jetty");
    }
}
