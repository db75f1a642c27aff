package io.forkless.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What an arbitrary peer may send ends in a {@link ProtocolException} at worst; the seed is fixed. */
class ControlFuzzTest {
    private static final int LINES = 200_000;
    private static final int STREAM_PIECES = 20_000;
    private static final int WORDS = 8;
    private static final List<String> PIECES = List.of(
            "hello",
            "welcome",
            "listen",
            "ticket",
            "refused",
            "ready",
            "drain",
            "bye",
            " ",
            " ",
            " ",
            "  ",
            "0",
            "1",
            "-1",
            "1024",
            "65535",
            "65536",
            "9223372036854775807",
            "99999999999999999999",
            "true",
            "false",
            "*:80",
            "[::1]:0",
            "[",
            "]",
            ":",
            "::",
            "unix:",
            "/tmp/x",
            "..",
            "posix:",
            "posix:AAAA",
            "=",
            "%",
            "\r",
            "\t",
            "\u0000",
            "\u0085",
            "\u2028",
            "\ud800",
            "ü",
            "東",
            "\ufffd",
            "١",
            "");

    private final Random random = new Random(20260101);

    @Test
    void any_line_is_a_message_or_a_protocol_exception() {
        Set<Class<?>> understood = new HashSet<>();
        for (int i = 0; i < LINES; i++) {
            String line = randomLine();
            try {
                ControlMessage message = ControlMessage.parse(line);
                understood.add(message.getClass());
                assertThat(ControlMessage.parse(message.encode()).encode())
                        .as("read back: %s", line)
                        .isEqualTo(message.encode());
            } catch (ProtocolException e) {
                assertThat(e.getMessage()).endsWith("control message");
            } catch (RuntimeException e) {
                throw new AssertionError("line " + i + ": '" + line + "'", e);
            }
        }
        System.out.println("fuzz: " + LINES + " control lines");
        assertThat(understood).as("the fuzz gets past the first word").hasSize(WORDS);
    }

    @Test
    void any_stream_of_bytes_is_cut_into_lines_or_a_protocol_exception() {
        int lines = 0;
        int tooLong = 0;
        LineBuffer buffer = new LineBuffer();
        for (int i = 0; i < STREAM_PIECES; i++) {
            byte[] bytes = new byte[random.nextInt(2000)];
            random.nextBytes(bytes);
            if (random.nextInt(4) > 0) {
                replaceLineFeeds(bytes);
            }
            ByteBuffer source = ByteBuffer.wrap(bytes);
            try {
                while (source.hasRemaining()) {
                    fill(buffer.writable(), source);
                    for (String line = buffer.nextLine(); line != null; line = buffer.nextLine()) {
                        lines++;
                        assertThat(line.indexOf('\n')).isNegative();
                    }
                }
            } catch (ProtocolException e) {
                tooLong++;
                buffer = new LineBuffer(); // as for the next peer
            }
        }
        System.out.println("fuzz: " + STREAM_PIECES + " pieces of control streams");
        assertThat(lines).isGreaterThan(1000);
        assertThat(tooLong).isGreaterThan(10);
    }

    private String randomLine() {
        StringBuilder line = new StringBuilder();
        String separator = random.nextBoolean() ? " " : "";
        if (random.nextInt(5) > 0) {
            line.append(PIECES.get(random.nextInt(WORDS))).append(separator);
        }
        for (int pieces = random.nextInt(10); pieces > 0; pieces--) {
            line.append(PIECES.get(random.nextInt(PIECES.size()))).append(pieces > 1 ? separator : "");
        }
        byte[] bytes = line.toString().getBytes(StandardCharsets.UTF_8);
        for (int flips = random.nextInt(8) - 5; flips > 0 && bytes.length > 0; flips--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static void replaceLineFeeds(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                bytes[i] = ' ';
            }
        }
    }

    private static void fill(ByteBuffer target, ByteBuffer source) {
        assertThat(target.hasRemaining()).isTrue();
        while (target.hasRemaining() && source.hasRemaining()) {
            target.put(source.get());
        }
    }
}
