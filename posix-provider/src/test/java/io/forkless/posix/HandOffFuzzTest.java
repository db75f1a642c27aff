package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedListener;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.provider.MethodSource;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "descriptors are handed off on POSIX systems")
class HandOffFuzzTest {
    private static final int NONCE_BYTES = TicketPayload.NONCE_BYTES;

    private final PosixListenerProvider provider = new PosixListenerProvider();
    private SharedListener listener;

    @BeforeEach
    void listen() throws IOException {
        listener = provider.listen(ListenSpec.tcp("127.0.0.1", 0));
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
    }

    /** Nearly right, too short, much too long, and right with too much behind it. */
    static Stream<byte[]> seeds() {
        byte[] nearly = new byte[NONCE_BYTES];
        nearly[NONCE_BYTES - 1] = 1;
        return Stream.of(nearly, new byte[NONCE_BYTES - 1], Arrays.copyOf(nearly, 100_000), new byte[100_000]);
    }

    /** @param difference from the right one, so that mutations come close to it */
    @MethodSource("seeds")
    @FuzzTest(maxExecutions = 2_000)
    void no_greeting_but_the_right_one_gets_the_listener(byte[] difference) throws IOException {
        byte[] greeting = difference.clone();
        byte[] ticket = listener.ticketFor(ProcessHandle.current());
        TicketPayload payload = TicketPayload.decode("test", ticket);
        for (int i = 0; i < Math.min(greeting.length, NONCE_BYTES); i++) {
            greeting[i] ^= payload.nonce()[i];
        }
        boolean right = greeting.length >= NONCE_BYTES
                && Arrays.equals(greeting, 0, NONCE_BYTES, payload.nonce(), 0, NONCE_BYTES);

        assertThat(isAnswered(payload, greeting)).isEqualTo(right);

        if (!right) {
            provider.adopt(ticket).close(); // it is still good for whom it is for
        }
    }

    private static boolean isAnswered(TicketPayload ticket, byte[] greeting) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(ticket.socket()))) {
            send(channel, ByteBuffer.wrap(greeting));
            return channel.read(ByteBuffer.allocate(1)) > 0;
        } catch (IOException turnedAway) {
            return false;
        }
    }

    private static void send(SocketChannel channel, ByteBuffer greeting) {
        try {
            while (greeting.hasRemaining()) {
                channel.write(greeting);
            }
            channel.shutdownOutput();
        } catch (IOException e) {
            // who has read enough may answer and close before all of it is sent
        }
    }
}
