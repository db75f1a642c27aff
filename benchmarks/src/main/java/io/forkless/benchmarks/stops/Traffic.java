package io.forkless.benchmarks.stops;

import java.net.ProtocolException;
import java.time.Duration;

/** What both ends know: the paths, the times and the sizes, and the one body of which all others are the beginning. */
public final class Traffic {
    /** How long a connection may be idle while its server drains: short, so that a round is. */
    public static final Duration GRACE = Duration.ofMillis(250);

    /** How long traffic stands still in the middle of a request or of a response: three times as long. */
    public static final Duration GAP = GRACE.multipliedBy(3);

    /** The plain port is here, at a number that the kernel chooses. */
    public static final String HOST = "127.0.0.1";

    /** The same with TLS: another address, so that the kernel may choose that number, too. */
    public static final String TLS_HOST = "127.0.0.2";

    public static final String QUICK = "/quick";
    public static final String SLOW = "/slow";
    public static final String EVENTS = "/events";
    public static final String DOWNLOAD = "/download";
    public static final String UPLOAD = "/upload";

    public static final int QUICK_BYTES = 64;
    public static final int EVENT_BYTES = 100;
    public static final int EVENTS_BYTES = 3 * EVENT_BYTES;
    public static final int UPLOAD_BYTES = 200_000;
    /** More than two sockets' buffers hold, so that the server has to wait for a client that does not read. */
    public static final int DOWNLOAD_BYTES = 12 << 20;

    private static final int MULTIPLIER = 0x9E3779B1;

    private Traffic() {}

    /** Bytes {@code from} to {@code to} of the body. No part of it is like another one. */
    public static byte[] body(int from, int to) {
        byte[] part = new byte[to - from];
        for (int i = 0; i < part.length; i++) {
            part[i] = at(from + i);
        }
        return part;
    }

    /** @throws ProtocolException if these are not the bytes that begin at this position */
    public static void check(byte[] bytes, int count, int position) throws ProtocolException {
        for (int i = 0; i < count; i++) {
            if (bytes[i] != at(position + i)) {
                throw new ProtocolException("a wrong byte at " + (position + i));
            }
        }
    }

    private static byte at(int position) {
        return (byte) (position * MULTIPLIER >>> Byte.SIZE * 3);
    }
}
