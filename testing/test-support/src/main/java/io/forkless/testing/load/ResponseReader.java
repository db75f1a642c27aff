package io.forkless.testing.load;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.util.Locale;

/** Reads responses: heads, and bodies with a length, in chunks, or to the end of the connection. */
final class ResponseReader {
    private static final int CHUNKED = -1;
    private static final int UNTIL_END = -2;
    private static final int BUFFER = 16 << 10;

    private final InputStream in;
    private boolean within;
    private boolean close;
    private int length;
    private int received;

    ResponseReader(InputStream in) {
        this.in = in;
    }

    /** What follows is another response. */
    void next() {
        within = false;
    }

    /** Whether there has been a byte since {@link #next}. */
    boolean isWithin() {
        return within;
    }

    /** Whether the last head has announced the end of the connection. */
    boolean isClose() {
        return close;
    }

    /** Reads a status line and the headers; returns the former. */
    String head() throws IOException {
        String status = line();
        if (!status.startsWith("HTTP/1.1 ")) {
            throw new ProtocolException(status);
        }
        close = false;
        length = UNTIL_END;
        for (String header = line(); !header.isEmpty(); header = line()) {
            String lower = header.toLowerCase(Locale.ROOT);
            close |= lower.equals("connection: close");
            if (lower.startsWith("content-length:")) {
                length = number(lower.substring(15).trim(), 10);
            } else if (lower.equals("transfer-encoding: chunked")) {
                length = CHUNKED;
            }
        }
        return status;
    }

    /** Reads the body whose head was read. */
    void body(Body body) throws IOException {
        received = 0;
        if (length == UNTIL_END) { // the server closes the connection behind such a body (RFC 9112 section 6.3)
            part(Integer.MAX_VALUE, body);
        } else if (length != CHUNKED) {
            part(length, body);
        } else {
            for (int size = chunk(); size > 0; size = chunk()) {
                part(size, body);
                line();
            }
            line();
        }
        body.end(received, length != UNTIL_END);
    }

    private int chunk() throws IOException {
        return number(line(), 16);
    }

    private static int number(String digits, int radix) throws ProtocolException {
        try {
            return Integer.parseInt(digits, radix);
        } catch (NumberFormatException e) {
            throw new ProtocolException("not a length: '" + digits + "'");
        }
    }

    private void part(int size, Body body) throws IOException {
        byte[] buffer = new byte[Math.min(size, BUFFER)];
        for (int left = size; left > 0; ) {
            int count = in.read(buffer, 0, Math.min(left, buffer.length));
            if (count < 0 && length == UNTIL_END) {
                return;
            }
            if (count < 0) {
                throw new EOFException("after " + received + " bytes");
            }
            body.part(buffer, count, received);
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
