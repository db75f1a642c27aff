package io.forkless.benchmarks.stops;

import io.forkless.testing.load.Conversation;
import io.forkless.testing.load.Exchange;
import io.forkless.testing.load.HttpConnection;
import io.forkless.testing.load.Outcome;
import io.forkless.testing.load.RequestException;
import java.io.EOFException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/** A kind of traffic: what a client sends and expects, over and over on each connection until the server announces its end. */
enum Kind {
    CLOSE("a connection per request", Duration.ofMillis(2), (connection, counter) -> {
        connection.begin(get(Traffic.QUICK, "Connection: close\r\n"));
        quick(connection, counter);
    }),
    KEEP_ALIVE("keep-alive", Duration.ofMillis(2), Kind::playQuick),
    IDLE("keep-alive, idle for longer than the grace", Traffic.GAP, Kind::playQuick),
    SLOW("slow handler", Duration.ZERO, (connection, counter) -> {
        connection.begin(get(Traffic.SLOW, ""));
        quick(connection, counter);
    }),
    EVENTS("event stream with gaps", Duration.ZERO, (connection, counter) -> {
        connection.begin(get(Traffic.EVENTS, ""));
        connection.receive(new ExpectedBody(Traffic.EVENTS_BYTES, Duration.ZERO));
        counter.answered("");
    }),
    DOWNLOAD("download, the client pauses", Duration.ZERO, (connection, counter) -> {
        connection.begin(get(Traffic.DOWNLOAD, ""));
        connection.receive(new ExpectedBody(Traffic.DOWNLOAD_BYTES, Traffic.GAP));
        counter.answered("");
    }),
    UPLOAD("upload with gaps", Duration.ZERO, (connection, counter) -> {
        connection.begin(post(""));
        sendBody(connection);
        quick(connection, counter);
    }),
    CONTINUE("100-continue, a pause before the body", Duration.ZERO, (connection, counter) -> {
        connection.begin(post("Expect: 100-continue\r\n"));
        connection.receiveContinue();
        pause();
        sendBody(connection);
        quick(connection, counter);
    }),
    HALF_HEAD("half a head, then the rest", Duration.ZERO, (connection, counter) -> {
        String request = get(Traffic.QUICK, "");
        int half = request.length() / 2;
        connection.begin(request.substring(0, half));
        pause();
        connection.sendMore(request.substring(half).getBytes(StandardCharsets.US_ASCII));
        quick(connection, counter);
    }),
    PIPELINED("pipelined pair, slow and quick", Duration.ZERO, (connection, counter) -> {
        connection.begin(get(Traffic.SLOW, "") + get(Traffic.QUICK, ""));
        quick(connection, counter);
        if (connection.isLast()) {
            throw new RequestException(Outcome.UNPROCESSED, "behind the announced end", new EOFException());
        } else {
            quick(connection, counter);
        }
    }),
    HTTP2("HTTP/2, event stream and stalled download", Http2Conversation::new);

    final String label;
    private final Opener opener;

    /** @param pause between two exchanges */
    Kind(String label, Duration pause, Exchange exchange) {
        this(label, endpoint -> exchange.open(endpoint.target(), pause));
    }

    Kind(String label, Opener opener) {
        this.label = label;
        this.opener = opener;
    }

    /** Connects. */
    Conversation open(Endpoint endpoint) throws RequestException, InterruptedException {
        return opener.open(endpoint);
    }

    private static void playQuick(HttpConnection connection, Conversation.Counter counter) throws RequestException {
        connection.begin(get(Traffic.QUICK, ""));
        quick(connection, counter);
    }

    private static void quick(HttpConnection connection, Conversation.Counter counter) throws RequestException {
        connection.receive(new ExpectedBody(Traffic.QUICK_BYTES, Duration.ZERO));
        counter.answered("");
    }

    private static void sendBody(HttpConnection connection) throws RequestException, InterruptedException {
        byte[] body = Traffic.body(0, Traffic.UPLOAD_BYTES);
        connection.sendMore(Arrays.copyOf(body, body.length / 2));
        pause();
        connection.sendMore(Arrays.copyOfRange(body, body.length / 2, body.length));
    }

    private static void pause() throws InterruptedException {
        Thread.sleep(Traffic.GAP.toMillis());
    }

    private static String get(String path, String headers) {
        return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
    }

    private static String post(String headers) {
        return "POST " + Traffic.UPLOAD + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + Traffic.UPLOAD_BYTES
                + "\r\n" + headers + "\r\n";
    }

    /** Makes a connection of a kind. */
    @FunctionalInterface
    private interface Opener {
        Conversation open(Endpoint endpoint) throws RequestException, InterruptedException;
    }
}
