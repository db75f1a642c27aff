package io.forkless.benchmarks.stops;

import io.forkless.testing.load.Answerers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** A client for each flow, all at the same time. */
final class Mix implements AutoCloseable {
    /** Of an HTTP/2 stream: the longer answer has to wait for its reader. */
    private static final int WINDOW = 64 << 10;

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final HTTP2Client http2;
    private final List<Client> clients;

    private Mix(HTTP2Client http2, List<Client> clients) {
        this.http2 = http2;
        this.clients = clients;
    }

    static Mix start(InetSocketAddress plain, InetSocketAddress tls, Path certificate, Ledger ledger) throws Exception {
        SSLContext context = Certificate.context(certificate);
        HTTP2Client http2 = http2Client(context);
        List<Client> clients = Flow.ALL.stream()
                .map(flow -> new Client(
                        flow, flow.tls() ? new Target(tls, context, http2) : new Target(plain, null, http2), ledger))
                .toList();
        clients.forEach(Client::start);
        return new Mix(http2, clients);
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

    /** Waits until each client has got one more answer. */
    void awaitAnswers() throws IOException {
        Map<Client, Long> before = clients.stream().collect(Collectors.toMap(Function.identity(), Client::answers));
        for (Client client : clients) {
            Answerers.await("an answer to " + client.flow(), () -> client.answers() > before.get(client));
        }
    }

    /** Enters what is under way at this moment. */
    void note(Ledger ledger) {
        clients.stream().filter(Client::isUnderWay).map(Client::flow).forEach(ledger::underWay);
    }

    void stopWhenRefused() {
        clients.forEach(Client::stopWhenRefused);
    }

    /** Waits until every client has ended by itself. */
    void join() throws InterruptedException {
        for (Client client : clients) {
            client.join(PATIENCE);
        }
    }

    @Override
    public void close() {
        clients.forEach(Client::stop);
        try {
            join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            LifeCycle.stop(http2);
        }
    }
}
