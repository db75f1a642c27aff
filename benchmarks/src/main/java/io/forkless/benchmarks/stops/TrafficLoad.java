package io.forkless.benchmarks.stops;

import io.forkless.testing.load.Load;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** A client for each flow, all at the same time. */
final class TrafficLoad implements AutoCloseable {
    /** Of an HTTP/2 stream: the longer answer has to wait for its reader. */
    private static final int WINDOW = 64 << 10;

    private final Load load = new Load();
    private final HTTP2Client http2;

    TrafficLoad(InetSocketAddress plain, InetSocketAddress tls, Path certificate) throws Exception {
        SSLContext context = Certificate.context(certificate);
        http2 = http2Client(context);
        Endpoint plainPort = new Endpoint(plain, null, http2);
        Endpoint tlsPort = new Endpoint(tls, context, http2);
        for (Flow flow : Flow.ALL) {
            load.add(flow, () -> flow.kind().open(flow.tls() ? tlsPort : plainPort));
        }
    }

    private static HTTP2Client http2Client(SSLContext context) throws Exception {
        SslContextFactory.Client tls = new SslContextFactory.Client();
        tls.setSslContext(context);
        ClientConnector connector = new ClientConnector();
        connector.setSslContextFactory(tls);
        HTTP2Client http2 = new HTTP2Client(connector);
        http2.setInitialStreamRecvWindow(WINDOW);
        http2.start();
        return http2;
    }

    /** Whose clients are the flows. */
    Load load() {
        return load;
    }

    @Override
    public void close() {
        try {
            load.close();
        } finally {
            LifeCycle.stop(http2);
        }
    }
}
