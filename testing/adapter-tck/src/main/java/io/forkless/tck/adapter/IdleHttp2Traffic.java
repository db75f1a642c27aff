package io.forkless.tck.adapter;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * The rows of the table for HTTP/2 connections without a stream. Their clients, unlike real ones, do not obey a GOAWAY and
 * leave the end of the connection to the server.
 */
final class IdleHttp2Traffic {
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final String SETTINGS = "000000 04 00 00000000";
    private static final String SETTINGS_ACK = "000000 04 01 00000000";
    private static final String PING = "000008 06 00 00000000 0000000000000000";

    /** GET / of http://localhost, of which HPACK's static table has everything but the authority (RFC 7541). */
    private static final String REQUEST = "00000e 01 05 00000001 828684 01 09 6c6f63616c686f7374";

    private static final int HEADER = 9; // RFC 9113 section 4.1
    private static final int TYPE_DATA = 0;
    private static final int TYPE_PING = 6;
    private static final int TYPE_GOAWAY = 7;

    private IdleHttp2Traffic() {}

    static List<Traffic<Http1Client>> rows() {
        return List.of(
                new Traffic<>("nothing, and never a stream", client -> {
                    open(client);
                    return drain -> drain.assertEndsInTime(untilEnd(client, Integer.MAX_VALUE));
                }),
                new Traffic<>("nothing, after a stream has ended", client -> {
                    exchange(client);
                    return drain -> {
                        awaitFrame(client, TYPE_GOAWAY, 0);
                        drain.assertEndsInTime(untilEnd(client, Integer.MAX_VALUE));
                    };
                }),
                new Traffic<>("nothing but a ping now and then", client -> {
                    exchange(client);
                    client.write(bytes(PING));
                    return drain -> drain.assertEndsInTime(untilEnd(client, TYPE_PING));
                }));
    }

    private static void open(Http1Client client) throws IOException {
        client.write(PREFACE);
        client.write(bytes(SETTINGS));
        client.write(bytes(SETTINGS_ACK));
        client.awaitAnswer();
    }

    private static void exchange(Http1Client client) throws IOException {
        open(client);
        client.write(bytes(REQUEST));
        awaitFrame(client, TYPE_DATA, 1);
    }

    /** Reads up to and including the first frame of that type that has that flag. */
    private static void awaitFrame(Http1Client client, int type, int flag) throws IOException {
        ByteBuffer header;
        do {
            header = frame(client);
        } while (header.get(3) != type || (header.get(4) & flag) != flag);
    }

    private static ByteBuffer frame(Http1Client client) throws IOException {
        ByteBuffer header = ByteBuffer.wrap(client.receive(HEADER));
        client.receive(header.getInt(0) >>> 8);
        return header;
    }

    /** Reads on, and answers each frame of that type with a ping. */
    private static Callable<Boolean> untilEnd(Http1Client client, int answered) {
        return () -> {
            try {
                while (true) {
                    if (frame(client).get(3) == answered) {
                        Thread.sleep(Drain.GRACE.toMillis() / 4);
                        client.write(bytes(PING));
                    }
                }
            } catch (IOException e) { // which is how it ends, in whatever way
                return true;
            }
        };
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
