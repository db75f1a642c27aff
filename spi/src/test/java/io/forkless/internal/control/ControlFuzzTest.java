package io.forkless.internal.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.provider.MethodSource;

/** What an arbitrary peer may send ends in a {@link ProtocolException} at worst. */
class ControlFuzzTest {
    private static final int MAX = ControlMessage.MAX_LINE_BYTES;
    private static final int MOST_AT_ONCE = 1000;
    private static final Set<Class<?>> UNDERSTOOD = new HashSet<>();
    private static long parsed;

    static Stream<byte[]> seeds() {
        Stream<String> lines =
                ControlMessageTest.messages().map(arguments -> arguments.get()[1] + "\n");
        Stream<String> others =
                Stream.of("ticket 1 posix:AAAA\n", "ready\n" + "x".repeat(MAX - 1) + "\n", "x".repeat(MAX));
        return Stream.concat(lines, others).map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest(maxExecutions = 25_000)
    void any_bytes_are_lines_of_messages_or_a_protocol_exception(byte[] bytes) {
        String[] expected = new String(bytes, StandardCharsets.UTF_8).split("\n", -1);
        LineBuffer buffer = new LineBuffer();
        int lines = 0;
        int offset = 0;
        try {
            while (offset < bytes.length) {
                int length = Math.min(Math.min(MOST_AT_ONCE, buffer.writable().remaining()), bytes.length - offset);
                assertThat(length).isPositive();
                buffer.writable().put(bytes, offset, length);
                offset += length;
                for (String line = buffer.nextLine(); line != null; line = buffer.nextLine()) {
                    assertThat(line).isEqualTo(expected[lines++]);
                    parse(line);
                }
            }
            assertThat(lines).isEqualTo(expected.length - 1);
        } catch (ProtocolException e) {
            assertThat(e).hasMessage("control line longer than " + MAX + " bytes");
            assertThat(expected[lines].getBytes(StandardCharsets.UTF_8)).hasSizeGreaterThanOrEqualTo(MAX);
        }
    }

    private static void parse(String line) throws ProtocolException {
        parsed++;
        ControlMessage message;
        try {
            message = ControlMessage.parse(line);
        } catch (ProtocolException e) {
            assertThat(e.getMessage()).endsWith("control message");
            return;
        }
        UNDERSTOOD.add(message.getClass());
        assertThat(ControlMessage.parse(message.encode()).encode()).isEqualTo(message.encode());
    }

    @AfterAll
    static void it_gets_past_the_first_word() {
        System.out.println("fuzz: " + parsed + " control lines");
        assertThat(UNDERSTOOD).containsExactlyInAnyOrder(ControlMessage.class.getPermittedSubclasses());
    }
}
