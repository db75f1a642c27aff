package io.forkless.testing.load;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Lines and bodies, and whether anything has come of the current response. */
final class ResponseReader {
    private final InputStream in;
    private final byte[] buffer = new byte[1024];
    private int position;
    private int limit;
    private boolean within;

    ResponseReader(InputStream in) {
        this.in = in;
    }

    /** The last response is complete, another one may follow. */
    void next() {
        within = false;
    }

    /** Whether there has been a byte since {@link #next}. */
    boolean isWithin() {
        return within;
    }

    /** Whether what came with the last response goes on after it. */
    boolean hasMore() {
        return position < limit;
    }

    /** Without its end. */
    String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = read(); c != '\n'; c = read()) {
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    String body(int length) throws IOException {
        byte[] body = new byte[length];
        for (int i = 0; i < length; i++) {
            body[i] = (byte) read();
        }
        return new String(body, StandardCharsets.UTF_8);
    }

    private int read() throws IOException {
        if (position == limit) {
            int count = in.read(buffer);
            if (count < 0) {
                throw new EOFException(within ? "within the response" : "before the response");
            }
            position = 0;
            limit = count;
        }
        within = true;
        return buffer[position++] & 0xff;
    }
}
