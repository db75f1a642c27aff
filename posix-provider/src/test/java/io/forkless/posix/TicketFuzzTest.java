package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.provider.MethodSource;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "descriptors are handed off on POSIX systems")
class TicketFuzzTest {
    static Stream<byte[]> seeds() {
        byte[] nonce = new byte[TicketPayload.NONCE_BYTES];
        return Stream.of("/run/forkless-1/hand-off", "relative")
                .map(path -> new TicketPayload(nonce, Path.of(path)).encode());
    }

    @MethodSource("seeds")
    @FuzzTest(maxExecutions = 250_000)
    void any_payload_is_a_ticket_or_an_error_that_names_none_of_it(byte[] payload) {
        try {
            TicketPayload ticket = TicketPayload.decode("test", payload);
            assertThat(payload).startsWith(ticket.nonce()).hasSizeGreaterThan(TicketPayload.NONCE_BYTES);
            assertThat(ticket.nonce()).hasSize(TicketPayload.NONCE_BYTES);
            assertThat(ticket.socket()).isAbsolute();
        } catch (IOException e) {
            assertThat(e).hasMessage("test: not a ticket of the posix provider");
        }
    }
}
