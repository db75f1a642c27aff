package io.forkless.undertow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.tck.adapter.Http1Client;
import io.forkless.tck.adapter.JettyHttp2Client;
import io.forkless.testing.load.Load;
import io.forkless.testing.load.Manner;
import io.forkless.testing.load.Outcome;
import io.forkless.worker.GracefulDrain;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.frames.GoAwayFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Servers that replace each other on one listener, in this JVM, while clients are at work. */
class DrainTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int REPLACEMENTS = Boolean.getBoolean("forkless.full") ? 20 : 5;

    /** How long Jetty's client keeps a connection after a GOAWAY. */
    private static final Duration GRACE = Duration.ofMillis(500);

    private static final String REQUEST = "GET /?query HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String PROXY = "PROXY TCP4 192.0.2.1 192.0.2.2 1111 2222\r\n";

    private final TestListeners listeners = new TestListeners();
    private final Set<String> begun = ConcurrentHashMap.newKeySet();
    private Undertow current = started();

    @AfterEach
    void stop() throws IOException {
        current.stop();
        listeners.close();
    }

    @Test
    void no_request_is_lost_when_servers_are_replaced_under_keep_alive_closing_and_pipelined_load() throws Exception {
        int port = port();
        Load load = Load.start(port, 6, Manner.KEEP_ALIVE, Manner.CLOSE, Manner.PIPELINED);
        try (load) {
            replaceUnder(() -> load.count(Outcome.OK), load::failures);
        }
        assertThat(load.failures()).isEmpty();
        assertThat(load.count(Outcome.REFUSED)).isZero();
    }

    @Test
    void no_request_is_lost_when_servers_are_replaced_under_http_2_load() throws Exception {
        int port = port();
        try (JettyHttp2Client first = new JettyHttp2Client(SSLContext.getDefault());
                JettyHttp2Client second = new JettyHttp2Client(SSLContext.getDefault())) {
            Http2Load load = new Http2Load(port, begun::contains, first, second);
            try (load) {
                replaceUnder(load::answered, load::lost);
            }
            assertThat(load.lost()).isEmpty();
        }
    }

    @Test
    void an_http_2_peer_gets_a_goaway_that_refuses_no_stream() throws Exception {
        BlockingQueue<GoAwayFrame> goAways = new LinkedBlockingQueue<>();
        HTTP2Client client = new HTTP2Client();
        client.start();
        try {
            Session session = client.connect(new InetSocketAddress("127.0.0.1", port()), new Session.Listener() {
                        @Override
                        public void onGoAway(Session session, GoAwayFrame frame) {
                            goAways.add(frame);
                        }
                    })
                    .get(30, TimeUnit.SECONDS);
            assertThat(status(session)).isEqualTo(200);
            Undertow old = current;
            current = started();
            Thread drain = new Thread(() -> drain(old));
            drain.start();

            GoAwayFrame first = goAways.poll(30, TimeUnit.SECONDS);
            assertThat(first.getLastStreamId()).isEqualTo(Integer.MAX_VALUE);
            assertThat(first.getError()).isZero();
            drain.join();
        } finally {
            client.stop();
        }
    }

    /** Undertow keeps back the response of the whole one, to send both at once. */
    @Test
    void half_a_request_that_came_together_with_a_whole_one_is_under_way() throws Exception {
        try (Http1Client client = new Http1Client(port())) {
            client.write(REQUEST + REQUEST.substring(0, 7));
            await().atMost(LIMIT).until(() -> begun.contains("query"));

            assertAnsweredAcrossDrain(client, 2, REQUEST.substring(7));
        }
    }

    @Test
    void half_a_request_behind_a_proxy_is_under_way() throws Exception {
        current.stop();
        current = started(new Undertow.ListenerBuilder()
                .setType(Undertow.ListenerType.HTTP)
                .setPort(0)
                .setHost("127.0.0.1")
                .setUseProxyProtocol(true));
        try (Http1Client client = new Http1Client(port());
                Http1Client idle = new Http1Client(port())) {
            idle.write(PROXY + REQUEST);
            assertThat(idle.receive()).contains("200 OK");
            client.write(PROXY + REQUEST.substring(0, 7));

            assertAnsweredAcrossDrain(client, 1, REQUEST.substring(7));

            assertThat(idle.isEnded()).isTrue();
        }
    }

    private void assertAnsweredAcrossDrain(Http1Client client, int answers, String rest) throws Exception {
        Thread drain = new Thread(() -> drain(current));
        drain.start();
        Thread.sleep(GRACE.multipliedBy(3).toMillis());
        client.write(rest);
        for (int i = 0; i < answers; i++) {
            assertThat(client.receive()).contains("200 OK");
        }
        assertThat(client.isEnded()).isTrue();
        drain.join();
    }

    private static int status(Session session) throws Exception {
        CompletableFuture<Integer> status = new CompletableFuture<>();
        MetaData.Request request =
                new MetaData.Request("GET", HttpURI.from("http://localhost/"), HttpVersion.HTTP_2, HttpFields.EMPTY);
        session.newStream(new HeadersFrame(request, null, true), new Stream.Listener() {
            @Override
            public void onHeaders(Stream stream, HeadersFrame frame) {
                status.complete(((MetaData.Response) frame.getMetaData()).getStatus());
                stream.demand();
            }

            @Override
            public void onDataAvailable(Stream stream) {
                stream.readData().release();
            }

            @Override
            public void onFailure(Stream stream, int error, String reason, Throwable failure, Callback callback) {
                status.completeExceptionally(failure);
                callback.succeeded();
            }
        });
        return status.get(30, TimeUnit.SECONDS);
    }

    private static void drain(Undertow server) {
        try {
            new GracefulDrain(new DrainableUndertow(server, (SharedXnioWorker) server.getWorker())).drain(LIMIT);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void replaceUnder(LongSupplier answered, Supplier<Collection<?>> lost) {
        for (int i = 0; i < REPLACEMENTS; i++) {
            long before = answered.getAsLong();
            await().atMost(LIMIT)
                    .until(() ->
                            answered.getAsLong() > before + 1000 || !lost.get().isEmpty());
            Undertow old = current;
            current = started();
            long begin = System.nanoTime();
            drain(old);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(LIMIT);
        }
    }

    private Undertow started() {
        return started(new Undertow.ListenerBuilder()
                .setType(Undertow.ListenerType.HTTP)
                .setPort(0)
                .setHost("127.0.0.1"));
    }

    private Undertow started(Undertow.ListenerBuilder listener) {
        Undertow server = listeners
                .builder()
                .addListener(listener)
                .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
                .setDrainIdleGrace(GRACE)
                .setHandler(exchange -> {
                    begun.add(exchange.getQueryString());
                    exchange.getResponseSender().send("done");
                })
                .build();
        server.start();
        return server;
    }

    private int port() {
        return ((InetSocketAddress) current.getListenerInfo().get(0).getAddress()).getPort();
    }
}
