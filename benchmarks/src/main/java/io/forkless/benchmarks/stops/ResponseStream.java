package io.forkless.benchmarks.stops;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/** Heads and bodies, a body with a length or in chunks, each byte compared with the one that is right. */
final class ResponseStream {
    private static final int CHUNKED = -1;
    private static final int UNTIL_END = -2;

    private final InputStream in;
    private final byte[] buffer = new byte[16 << 10];
    private boolean within;
    private int length;
    private int received;

    ResponseStream(InputStream in) {
        this.in = in;
    }

    /** The last response is complete, or has not begun. */
    void next() {
        within = false;
    }

    /** Whether there has been a byte since {@link #next}. */
    boolean isWithin() {
        return within;
    }

    /** One byte, or -1 at the end. */
    int read() throws IOException {
        return in.read();
    }

    /** Reads a status line and the headers; whether they announce the connection's end. */
    boolean head(String status) throws IOException {
        String line = line();
        if (!line.startsWith("HTTP/1.1 " + status)) {
            throw new ProtocolException(line);
        }
        boolean close = false;
        length = UNTIL_END;
        for (String header = line(); !header.isEmpty(); header = line()) {
            String lower = header.toLowerCase(Locale.ROOT);
            close |= lower.equals("connection: close");
            if (lower.startsWith("content-length: ")) {
                length = Integer.parseInt(lower.substring(16));
            } else if (lower.equals("transfer-encoding: chunked")) {
                length = CHUNKED;
            }
        }
        return close;
    }

    /** Reads the body whose head was read: so many bytes, with a pause after the first ones. */
    void body(int bytes, Duration pause) throws IOException {
        received = 0;
        if (length == UNTIL_END) {
            part(bytes, pause);
            expectEnd();
        } else if (length != CHUNKED) {
            part(length, pause);
        } else {
            for (int size = chunk(); size > 0; size = chunk()) {
                part(size, pause);
                line();
            }
            line();
        }
        if (received != bytes) {
            throw new ProtocolException(received + " bytes in place of " + bytes);
        }
    }

    /** The server closes the connection behind such a body (RFC 9112 section 6.3). */
    private void expectEnd() throws IOException {
        if (in.read() >= 0) {
            throw new ProtocolException("more than " + received + " bytes");
        }
    }

    private int chunk() throws IOException {
        String size = line();
        try {
            return Integer.parseInt(size, 16);
        } catch (NumberFormatException e) {
            throw new ProtocolException("a chunk of '" + size + "'");
        }
    }

    private void part(int size, Duration pause) throws IOException {
        for (int left = size; left > 0; ) {
            int count = in.read(buffer, 0, Math.min(left, buffer.length));
            if (count < 0) {
                throw new EOFException("after " + received + " bytes");
            }
            Traffic.check(buffer, count, received);
            if (received == 0) {
                LockSupport.parkNanos(pause.toNanos());
            }
            received += count;
            left -= count;
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException(within ? "within the response" : "before the response");
            }
            within = true;
            if (c == '\n') {
                return line.toString();
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
    }
}
