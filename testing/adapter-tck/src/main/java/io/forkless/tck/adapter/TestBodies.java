package io.forkless.tck.adapter;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** What an adapter's test program calls for requests and responses with bodies that take a while. */
public final class TestBodies {
    /** Of {@code /large}, in bytes: far more than the kernel's buffers on both sides hold. */
    public static final int LARGE = 24 << 20;

    private static final int BLOCK = 1 << 16;
    private static final int EVENTS = 3;

    private TestBodies() {}

    /** For {@code /events?MILLIS}: three events, so long after each other. The header is on its way before the first. */
    public static void events(String query, OutputStream out) throws IOException, InterruptedException {
        SlowRequests.begun(query);
        for (int i = 0; i < EVENTS; i++) {
            if (i > 0) {
                Thread.sleep(Long.parseLong(query.split(",", 2)[0]));
            }
            out.write(event(i).getBytes(StandardCharsets.US_ASCII));
            out.flush();
        }
    }

    /** For {@code /large}, whose header tells the length, {@link #LARGE}. */
    public static void large(OutputStream out) throws IOException {
        byte[] block = block();
        for (int i = 0; i < LARGE; i += BLOCK) {
            out.write(block);
        }
    }

    /** For {@code /upload?TAG}: what to answer. */
    public static String received(String query, InputStream in) throws IOException {
        SlowRequests.begun(query);
        return digest(in.readAllBytes());
    }

    static String event(int number) {
        return "data: event " + number + "\n\n";
    }

    static String allEvents() {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < EVENTS; i++) {
            all.append(event(i));
        }
        return all.toString();
    }

    static String digest(byte[] body) {
        CRC32 sum = new CRC32();
        sum.update(body);
        return body.length + " bytes, sum " + sum.getValue();
    }

    /** What the large response says of itself, if it is complete and right. */
    static String largeDigest() {
        byte[] all = new byte[LARGE];
        byte[] block = block();
        for (int i = 0; i < LARGE; i += BLOCK) {
            System.arraycopy(block, 0, all, i, BLOCK);
        }
        return digest(all);
    }

    private static byte[] block() {
        byte[] block = new byte[BLOCK];
        for (int i = 0; i < BLOCK; i++) {
            block[i] = (byte) (i * 31 + (i >> 8)); // not the same at any two places of one packet
        }
        return block;
    }
}
