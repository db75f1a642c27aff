package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedListener;
import io.forkless.spi.Ticket;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Random tickets and greetings, the same in each run. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "descriptors are handed over on POSIX systems")
class HandOverFuzzTest {
    private static final int PAYLOADS = 100_000;
    private static final int GREETINGS = 1_000;
    private static final int GREETINGS_PER_TICKET = 25;

    private final Random random = new Random(20260101);

    @Test
    void any_payload_is_a_ticket_or_an_error_that_names_none_of_it() throws IOException {
        int understood = 0;
        for (int i = 0; i < PAYLOADS; i++) {
            byte[] payload = new byte[random.nextInt(120)];
            random.nextBytes(payload);
            if (payload.length > TicketPayload.NONCE_BYTES && random.nextBoolean()) {
                payload[TicketPayload.NONCE_BYTES] = '/';
            }
            try {
                TicketPayload ticket = TicketPayload.decode(payload);
                understood++;
                assertThat(ticket.nonce()).isEqualTo(Arrays.copyOf(payload, TicketPayload.NONCE_BYTES));
                assertThat(ticket.socket()).isAbsolute();
            } catch (IOException e) {
                assertThat(e).hasMessage("adopt: not a ticket of the posix provider");
            }
        }
        System.out.println("fuzz: " + PAYLOADS + " tickets");
        assertThat(understood).isBetween(1000, PAYLOADS - 1000);
    }

    /** Also those that are nearly right, and those that are much too long. */
    @Test
    void no_greeting_but_the_right_one_gets_the_listener() throws IOException {
        PosixListenerProvider provider = new PosixListenerProvider();
        try (SharedListener listener = provider.listen(ListenSpec.tcp("127.0.0.1", 0))) {
            Ticket ticket = listener.ticketFor(ProcessHandle.current());
            for (int i = 0; i < GREETINGS; i++) {
                if (i % GREETINGS_PER_TICKET == 0) { // or it might expire meanwhile
                    ticket = listener.ticketFor(ProcessHandle.current());
                }
                TicketPayload payload = TicketPayload.decode(ticket.payload());
                byte[] greeting = payload.nonce().clone();
                if (random.nextBoolean()) {
                    greeting[random.nextInt(greeting.length)] ^= (byte) (1 << random.nextInt(8));
                } else {
                    random.nextBytes(greeting);
                }
                int length = random.nextBoolean() ? greeting.length : random.nextInt(5000);
                assertNothingIsSent(payload, Arrays.copyOf(greeting, length));
            }
            provider.adopt(ticket).close(); // it is still good for whom it is for
        }
        System.out.println("fuzz: " + GREETINGS + " greetings at a hand-over socket");
    }

    private static void assertNothingIsSent(TicketPayload ticket, byte[] greeting) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(ticket.socket()))) {
            ByteBuffer bytes = ByteBuffer.wrap(greeting);
            int read;
            try {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.shutdownOutput();
                read = channel.read(ByteBuffer.allocate(1));
            } catch (IOException turnedAway) {
                read = -1;
            }
            assertThat(read).isEqualTo(-1);
        }
    }
}
