package io.forkless.tck.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** The rows of the table for HTTP/2, the same by prior knowledge and over TLS; each on a connection of its own. */
final class Http2Traffic {
    private static final long PAUSE_MILLIS = Drain.PAUSE.toMillis();

    private final Cluster cluster;

    private Http2Traffic(Cluster cluster) {
        this.cluster = cluster;
    }

    static List<Traffic<Http2Connection>> rows(Cluster cluster) {
        Http2Traffic traffic = new Http2Traffic(cluster);
        return List.of(
                new Traffic<>("a stream whose handler takes three times the grace", traffic::slowStream),
                new Traffic<>("an event stream with gaps", Http2Traffic::eventStream),
                new Traffic<>("a large response whose flow-control window is used up", Http2Traffic::stalledStream),
                new Traffic<>("an upload with gaps", traffic::upload),
                new Traffic<>("a slow stream beside one that has ended", client -> {
                    assertAnswered(client.get("/sleep?0"));
                    return traffic.slowStream(client);
                }));
    }

    private Traffic.Rest slowStream(Http2Connection client) throws Exception {
        String query = PAUSE_MILLIS + ",handler";
        Http2Exchange slow = client.get("/until-drain?" + query);
        SlowRequests.await(cluster, query);
        return drain -> assertAnswered(slow);
    }

    private static Traffic.Rest eventStream(Http2Connection client) throws Exception {
        Http2Exchange events = client.get("/events?" + PAUSE_MILLIS + ",stream");
        assertThat(events.status()).isEqualTo(200);
        return drain -> assertThat(text(events.readAll())).isEqualTo(TestBodies.allEvents());
    }

    private static Traffic.Rest stalledStream(Http2Connection client) throws Exception {
        Http2Exchange large = client.get("/large");
        assertThat(large.status()).isEqualTo(200);
        return drain -> {
            drain.pause();
            assertThat(TestBodies.digest(large.readAll())).isEqualTo(TestBodies.largeDigest());
        };
    }

    private Traffic.Rest upload(Http2Connection client) throws Exception {
        Http2Exchange upload = client.post("/upload?upload");
        upload.write("one,", false);
        SlowRequests.await(cluster, "upload");
        return drain -> {
            drain.pause();
            upload.write("two,", false);
            drain.pause();
            upload.write("three", true);
            assertThat(upload.status()).isEqualTo(200);
            assertThat(text(upload.readAll()))
                    .isEqualTo(TestBodies.digest("one,two,three".getBytes(StandardCharsets.US_ASCII)));
        };
    }

    private static void assertAnswered(Http2Exchange exchange) throws Exception {
        assertThat(exchange.status()).isEqualTo(200);
        assertThat(text(exchange.readAll())).endsWith(" HTTP/2.0");
    }

    private static String text(byte[] body) {
        return new String(body, StandardCharsets.US_ASCII);
    }
}
