package io.forkless.tck.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The rows of the table for HTTP/1.1, the same for plain connections and for TLS. */
final class Http1Traffic {
    private static final long PAUSE_MILLIS = Drain.PAUSE.toMillis();

    private static final String BODY = "half of a body, and the other half\n";
    private static final String FIRST_HALF = BODY.substring(0, BODY.length() / 2);
    private static final String SECOND_HALF = BODY.substring(FIRST_HALF.length());

    private final Cluster cluster;
    private final List<Traffic<Http1Client>> rows = new ArrayList<>();

    private Http1Traffic(Cluster cluster) {
        this.cluster = cluster;
    }

    /** @param earlyHints whether the server can send an interim response 103 */
    static List<Traffic<Http1Client>> rows(Cluster cluster, boolean earlyHints) {
        Http1Traffic traffic = new Http1Traffic(cluster);
        traffic.addUnderWay(earlyHints);
        traffic.addIdle(earlyHints);
        return traffic.rows;
    }

    private void addUnderWay(boolean earlyHints) {
        add("a handler that takes three times the grace", this::slowHandler);
        add("an event stream with gaps", client -> eventStream(client, PAUSE_MILLIS));
        add("a large response to a client that stops reading", this::largeResponse);
        add("an upload with gaps", client -> upload(client, "upload", ""));
        add("a body that is awaited with 100 Continue", client -> continued(client, "continue"));
        add("half a request line, the first on its connection", this::halfRequestLine);
        add("half a header", this::halfHeader);
        add("half a request line after another request", client -> {
            slowExchange(client);
            return halfRequestLine(client);
        });
        add("requests that are pipelined", this::pipelined);
        if (earlyHints) {
            add("a response after 103 Early Hints", this::earlyHints);
        }
    }

    private void addIdle(boolean earlyHints) {
        add("nothing, and never anything", client -> ended(client));
        addIdleAfter("a response", Http1Traffic::slowExchange);
        addIdleAfter("an event stream", client -> eventStream(client, 10).run(Drain.beginsNow()));
        addIdleAfter("a large response", client -> {
            client.write(get("/large"));
            assertLarge(client);
        });
        addIdleAfter("an upload", client -> {
            client.write(post("before", "") + BODY);
            assertReceived(client);
        });
        addIdleAfter("100 Continue", client -> {
            client.write(post("continued-before", "Expect: 100-continue\r\n"));
            assertThat(client.receiveHeader()).startsWith("HTTP/1.1 100 ");
            client.write(BODY);
            assertReceived(client);
        });
        addIdleAfter("a request in two halves", client -> {
            String request = get("/sleep?0");
            client.write(request.substring(0, 7));
            client.write(request.substring(7));
            assertAnswered(client);
        });
        addIdleAfter("requests that were pipelined", client -> {
            client.write(get("/") + get("/") + get("/"));
            for (int i = 0; i < 3; i++) {
                assertAnswered(client);
            }
        });
        if (earlyHints) {
            addIdleAfter("103 Early Hints", client -> {
                client.write(get("/early-hints"));
                assertThat(client.receiveHeader()).startsWith("HTTP/1.1 103 ");
                assertAnswered(client);
            });
        }
    }

    private interface Exchange {
        void run(Http1Client client) throws Exception;
    }

    private void addIdleAfter(String what, Exchange exchange) {
        add("nothing, after " + what, client -> {
            exchange.run(client);
            return ended(client);
        });
    }

    private void add(String name, Traffic.Beginning<Http1Client> beginning) {
        rows.add(new Traffic<>(name, beginning));
    }

    private static Traffic.Rest ended(Http1Client client) {
        return drain -> drain.assertEndsInTime(client::isEnded);
    }

    private Traffic.Rest slowHandler(Http1Client client) throws IOException {
        String query = PAUSE_MILLIS + ",handler";
        client.write(get("/until-drain?" + query));
        SlowRequests.await(cluster, query);
        return drain -> {
            assertAnswered(client);
            assertThat(client.isEnded()).isTrue();
        };
    }

    private Traffic.Rest eventStream(Http1Client client, long gapMillis) throws IOException {
        client.write(get("/events?" + gapMillis + ",stream"));
        assertThat(client.receiveHeader()).startsWith("HTTP/1.1 200 ");
        byte[] first = client.receiveChunk();
        return drain -> {
            ByteArrayOutputStream events = new ByteArrayOutputStream();
            for (byte[] chunk = first; chunk.length > 0; chunk = client.receiveChunk()) {
                events.writeBytes(chunk);
            }
            assertThat(events.toString(StandardCharsets.US_ASCII)).isEqualTo(TestBodies.allEvents());
        };
    }

    private Traffic.Rest largeResponse(Http1Client client) throws IOException {
        client.write(get("/large"));
        client.awaitAnswer();
        return drain -> {
            drain.pause();
            assertLarge(client);
        };
    }

    private Traffic.Rest upload(Http1Client client, String tag, String header) throws IOException {
        client.write(post(tag, header) + BODY.charAt(0));
        SlowRequests.await(cluster, tag);
        return drain -> {
            drain.pause();
            client.write(FIRST_HALF.substring(1));
            drain.pause();
            client.write(SECOND_HALF);
            assertReceived(client);
        };
    }

    private Traffic.Rest continued(Http1Client client, String tag) throws IOException {
        client.write(post(tag, "Expect: 100-continue\r\n"));
        assertThat(client.receiveHeader()).startsWith("HTTP/1.1 100 ");
        return drain -> {
            drain.pause();
            client.write(BODY);
            assertReceived(client);
        };
    }

    private Traffic.Rest earlyHints(Http1Client client) throws IOException {
        client.write(get("/early-hints/until-drain?" + PAUSE_MILLIS + ",hints"));
        assertThat(client.receiveHeader()).startsWith("HTTP/1.1 103 ");
        return drain -> assertAnswered(client);
    }

    private Traffic.Rest halfRequestLine(Http1Client client) throws IOException {
        return inTwoParts(client, "GET /sl", "eep?0 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }

    private Traffic.Rest halfHeader(Http1Client client) throws IOException {
        return inTwoParts(client, "GET /sleep?0 HTTP/1.1\r\nHost: loc", "alhost\r\n\r\n");
    }

    private Traffic.Rest inTwoParts(Http1Client client, String first, String second) throws IOException {
        client.write(first);
        return drain -> {
            drain.pause();
            client.write(second);
            assertAnswered(client);
            assertThat(client.isEnded()).isTrue();
        };
    }

    /** A client has to send again what follows an announced end (RFC 9112 section 9.3.2). */
    private Traffic.Rest pipelined(Http1Client client) throws IOException {
        String query = PAUSE_MILLIS + ",pipelined";
        client.write(get("/until-drain?" + query) + get("/sleep?0") + get("/sleep?0"));
        SlowRequests.await(cluster, query);
        return drain -> {
            while (!Http1Client.isClosing(assertAnswered(client))) {
                // there is one more
            }
            assertThat(client.isEnded()).isTrue();
        };
    }

    private static void slowExchange(Http1Client client) throws IOException {
        client.write(get("/sleep?0"));
        assertAnswered(client);
    }

    private static String assertAnswered(Http1Client client) throws IOException {
        String answer = client.receive();
        assertThat(answer).startsWith("HTTP/1.1 200 ").endsWith(" HTTP/1.1");
        return answer;
    }

    private static void assertReceived(Http1Client client) throws IOException {
        assertThat(client.receive())
                .startsWith("HTTP/1.1 200 ")
                .endsWith(TestBodies.digest(BODY.getBytes(StandardCharsets.US_ASCII)));
    }

    private static void assertLarge(Http1Client client) throws IOException {
        assertThat(client.receiveHeader()).startsWith("HTTP/1.1 200 ");
        assertThat(TestBodies.digest(client.receive(TestBodies.LARGE))).isEqualTo(TestBodies.largeDigest());
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    }

    private static String post(String tag, String header) {
        return "POST /upload?" + tag + " HTTP/1.1\r\nHost: localhost\r\n" + header + "Content-Length: " + BODY.length()
                + "\r\n\r\n";
    }
}
