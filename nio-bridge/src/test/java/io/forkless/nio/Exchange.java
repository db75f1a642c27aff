package io.forkless.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Words sent over real connections. */
final class Exchange {

    private Exchange() {}

    static void assertTalking(SocketChannel one, SocketChannel other) throws IOException {
        send(one, "ping");
        assertThat(receive(other, 4)).isEqualTo("ping");
        send(other, "pong");
        assertThat(receive(one, 4)).isEqualTo("pong");
    }

    static void send(SocketChannel channel, String text) throws IOException {
        ByteBuffer bytes = StandardCharsets.US_ASCII.encode(text);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    static String receive(SocketChannel channel, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new EOFException("peer hung up after " + bytes.position() + " bytes");
            }
        }
        return StandardCharsets.US_ASCII.decode(bytes.flip()).toString();
    }

    /** Waits until a thread is inside the JDK's accept call. */
    static void awaitAccepting(Thread thread) {
        while (Arrays.stream(thread.getStackTrace())
                .noneMatch(frame -> frame.getClassName().startsWith("sun.nio.ch.")
                        && (frame.getMethodName().equals("implAccept")
                                || frame.getMethodName().equals("park")))) {
            assertThat(thread.isAlive()).as("the acceptor is still running").isTrue();
            Thread.onSpinWait();
        }
    }
}
