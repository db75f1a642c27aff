package io.forkless.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TicketTest {
    /** "secret" in Base64: what must not show up anywhere. */
    private static final String ENCODED_SECRET = "c2VjcmV0";

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 32, 628, 4096})
    void an_encoded_ticket_is_one_word_and_decodes_to_the_same_ticket(int length) {
        byte[] payload = new byte[length];
        new Random(length).nextBytes(payload);

        String text = new Ticket("windows", payload).encode();
        Ticket decoded = Ticket.decode(text);

        assertThat(text).matches("windows:[A-Za-z0-9_-]*");
        assertThat(decoded.provider()).isEqualTo("windows");
        assertThat(decoded.payload()).isEqualTo(payload);
    }

    @Test
    void nobody_can_change_the_payload_of_a_ticket() {
        byte[] payload = {1, 2, 3};
        Ticket ticket = new Ticket("posix", payload);

        payload[0] = 9;
        ticket.payload()[1] = 9;

        assertThat(ticket.payload()).containsExactly(1, 2, 3);
    }

    @Test
    void a_ticket_that_is_too_long_for_a_message_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Ticket("mine", new byte[4097]))
                .withMessage("the ticket has 4097 bytes, at most 4096 are possible");
    }

    @Test
    void the_text_for_logs_does_not_show_the_payload() {
        Ticket ticket = Ticket.decode("posix:" + ENCODED_SECRET);

        assertThat(ticket.payload()).isEqualTo("secret".getBytes(StandardCharsets.US_ASCII));
        assertThat(ticket).hasToString("Ticket[posix, 6 bytes]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ENCODED_SECRET,
                ":" + ENCODED_SECRET,
                "Posix:" + ENCODED_SECRET,
                "po six:" + ENCODED_SECRET,
                "posix:" + ENCODED_SECRET + "!",
                "posix:" + ENCODED_SECRET + "\n",
                "posix:" + ENCODED_SECRET + ":",
                "posix:" + ENCODED_SECRET + "A",
                ENCODED_SECRET + ":posix"
            })
    void a_malformed_ticket_is_refused_without_repeating_it(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Ticket.decode(text))
                .withMessageStartingWith("not a ticket: ")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain(ENCODED_SECRET))
                .withNoCause(); // a cause would print the text with the stack trace
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-posix", "POSIX", "posix provider", "posix:", "a123456789012345678901234567890123"})
    void a_ticket_needs_a_valid_provider_name(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Ticket(name, new byte[0]))
                .withMessageStartingWith("'" + name + "' is not a provider name");
    }
}
