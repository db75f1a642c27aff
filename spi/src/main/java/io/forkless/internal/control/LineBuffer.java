package io.forkless.internal.control;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Cuts a stream of bytes into lines and holds no more than one line of {@link ControlMessage#MAX_LINE_BYTES}: a peer
 * that never sends a line feed costs no memory. Used by one thread.
 */
public final class LineBuffer {
    private final ByteBuffer bytes = ByteBuffer.allocate(ControlMessage.MAX_LINE_BYTES);

    /** Where the next bytes from the peer go; never empty unless the line is too long. */
    public ByteBuffer writable() {
        return bytes;
    }

    /**
     * The next whole line without its line feed, or {@code null} if there is none yet.
     *
     * @throws ProtocolException if the peer sent more than a line may have
     */
    public String nextLine() throws ProtocolException {
        byte[] array = bytes.array();
        for (int i = 0; i < bytes.position(); i++) {
            if (array[i] == '\n') {
                String line = new String(array, 0, i, StandardCharsets.UTF_8);
                bytes.flip().position(i + 1);
                bytes.compact();
                Arrays.fill(array, bytes.position(), array.length, (byte) 0); // a token may have been there
                return line;
            }
        }
        if (!bytes.hasRemaining()) {
            throw new ProtocolException("control line longer than " + ControlMessage.MAX_LINE_BYTES + " bytes");
        }
        return null;
    }
}
