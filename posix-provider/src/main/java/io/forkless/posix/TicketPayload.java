package io.forkless.posix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;

/** What a POSIX ticket holds: a nonce and the path of the hand-off socket. */
record TicketPayload(byte[] nonce, Path socket) {
    static final int NONCE_BYTES = 32;

    byte[] encode() {
        byte[] path = socket.toString().getBytes(StandardCharsets.UTF_8);
        byte[] payload = Arrays.copyOf(nonce, NONCE_BYTES + path.length);
        System.arraycopy(path, 0, payload, NONCE_BYTES, path.length);
        return payload;
    }

    static TicketPayload decode(String operation, byte[] payload) throws IOException {
        if (payload.length > NONCE_BYTES) {
            String path = new String(payload, NONCE_BYTES, payload.length - NONCE_BYTES, StandardCharsets.UTF_8);
            try {
                if (Path.of(path).isAbsolute()) {
                    return new TicketPayload(Arrays.copyOf(payload, NONCE_BYTES), Path.of(path));
                }
            } catch (InvalidPathException e) {
                // reported below
            }
        }
        throw new IOException(operation + ": not a ticket of the posix provider");
    }
}
