package io.forkless.supervisor.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines on both sides of each border, in blocks of any size. */
class OutputLinesTest {
    private static final int MAX = OutputLines.MAX_LINE_BYTES;
    private static final int UNUSUAL = 8192;
    private static final int[] BLOCKS = {8192, 1021, 65_536};
    private static final LongLineMemory ENOUGH = new LongLineMemory(100 << 20);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8191, 8192, 8193, 9000, 16_385, 65_536, MAX - 1, MAX})
    void a_line_stays_whole(int length) {
        byte[] line = filled(length, 'x');
        assertLines(join(line, "\nend\n"), line, "end");
        assertLines(join("begin\n", line, "\nend\n"), "begin", line, "end");
        assertLines(join(line, "\r\nend\r\n"), join(line, "\r"), "end\r");
        if (length > 0) {
            assertLines(join("begin\n", line), "begin", line);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8192, 8193, MAX - 1, MAX})
    void a_longer_line_is_cut_and_its_pieces_are_whole(int more) {
        byte[] line = filled(MAX, 'x');
        byte[] rest = filled(more, 'y');
        assertLines(join(line, rest, "\nend\n"), line, rest, "end");
        assertLines(join(line, rest), line, rest);
        assertLines(join(line, rest, "\r\nend\n"), line, join(rest, "\r"), "end");
    }

    @Test
    void a_line_of_three_times_the_greatest_length_is_three_pieces() {
        byte[] piece = filled(MAX, 'x');
        assertLines(join(piece, piece, piece, "\n"), piece, piece, piece);
        assertLines(join(piece, piece, piece, "z\n"), piece, piece, piece, "z");
    }

    /** The character is where the line is cut, with so many of its bytes before that. */
    @ParameterizedTest
    @CsvSource({"ä,1", "€,1", "€,2", "\uD83D\uDE00,1", "\uD83D\uDE00,2", "\uD83D\uDE00,3"})
    void a_character_is_never_cut(String character, int before) {
        byte[] line = filled(MAX - before, 'x');
        assertLines(join(line, character, "yz\nend\n"), line, character + "yz", "end");
        assertLines(join(line, character), line, character);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "ä", "€", "\uD83D\uDE00"})
    void a_long_text_of_such_characters_is_cut_between_two_of_them(String character) {
        int size = character.getBytes(StandardCharsets.UTF_8).length;
        int fit = MAX / size;
        byte[] text = join(character.repeat(2 * fit), character, "\n");
        assertLines(text, character.repeat(fit), character.repeat(fit), character);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "ä", "€", "\uD83D\uDE00"})
    void what_is_around_the_usual_length_stays_whole(String character) {
        for (int before = UNUSUAL - 5; before <= UNUSUAL + 1; before++) {
            byte[] line = join(filled(before, 'x'), character, "!");
            assertLines(join(line, "\nend\n"), line, "end");
        }
    }

    /** Continuation bytes without a first byte, first bytes alone, what begins no character, and another character set. */
    @ParameterizedTest
    @ValueSource(ints = {0x80, 0xBF, 0xC1, 0xE9, 0xF5, 0xFF, 0x00, 0x1B})
    void what_is_no_text_is_cut_at_the_limit(int b) {
        byte[] piece = filled(MAX, b);
        assertLines(join(piece, piece, "\n"), piece, piece);
    }

    @Test
    void a_first_byte_whose_character_ends_before_the_limit_is_no_reason_to_cut_elsewhere() {
        byte[] piece = filled(MAX, 'x');
        byte[] broken = {(byte) 0xC3, (byte) 0xA4, (byte) 0x80}; // a character and a stray byte
        System.arraycopy(broken, 0, piece, MAX - broken.length, broken.length);
        assertLines(join(piece, new byte[] {(byte) 0x80}, "\n"), piece, new byte[] {(byte) 0x80});
    }

    @Test
    void empty_lines_and_carriage_returns_stay() {
        assertLines(join("\n\r\n\n"), "", "\r", "");
        assertLines(join("a\rb\n\r"), "a\rb", "\r");
    }

    @Test
    void nothing_makes_nothing() {
        assertLines(new byte[0]);
    }

    @Test
    void a_usual_line_takes_no_memory() {
        LongLineMemory none = new LongLineMemory(0);
        assertThat(lines(join(filled(UNUSUAL, 'x'), "\nend\n"), 8192, "", none))
                .containsExactly(filled(UNUSUAL, 'x'), join("end"));
    }

    @Test
    void where_there_is_no_memory_a_line_is_cut_between_two_characters() {
        byte[] text = "€".repeat(20_000).getBytes(StandardCharsets.UTF_8);
        for (int block : BLOCKS) {
            List<byte[]> lines = lines(join(text, "\nend\n"), block, "", new LongLineMemory(0));
            assertThat(lines).last().isEqualTo(join("end"));
            assertThat(lines.subList(0, lines.size() - 1))
                    .allMatch(line ->
                            line.length <= UNUSUAL && line.length % "€".getBytes(StandardCharsets.UTF_8).length == 0);
            assertThat(join(lines.subList(0, lines.size() - 1).toArray())).isEqualTo(text);
        }
    }

    @Test
    void memory_is_given_back_with_the_end_of_the_line() {
        int bytes = 4 << 20;
        LongLineMemory memory = new LongLineMemory(bytes);
        byte[] text = join(filled(3 * MAX + 1, 'x'), "\nend\n", filled(MAX, 'x'));
        assertThat(lines(text, 8192, "", memory)).hasSize(6);
        assertThat(memory.take(bytes)).isTrue();
    }

    private static void assertLines(byte[] text, Object... expected) {
        byte[][] whole = Arrays.stream(expected).map(OutputLinesTest::join).toArray(byte[][]::new);
        for (int block : BLOCKS) {
            assertThat(lines(text, block, "", ENOUGH)).as("blocks of %d", block).containsExactly(whole);
        }
        if (text.length <= 4 * UNUSUAL) {
            assertThat(lines(text, 1, "", ENOUGH)).as("byte by byte").containsExactly(whole);
        }
        byte[][] prefixed =
                Arrays.stream(expected).map(line -> join("[0] ", line)).toArray(byte[][]::new);
        assertThat(lines(text, 8192, "[0] ", ENOUGH)).containsExactly(prefixed);
    }

    private static List<byte[]> lines(byte[] text, int blockSize, String prefix, LongLineMemory memory) {
        List<byte[]> lines = new ArrayList<>();
        OutputLines buffer = new OutputLines(
                join(prefix),
                (bytes, length) -> {
                    assertThat(bytes[length - 1]).isEqualTo((byte) '\n');
                    lines.add(Arrays.copyOf(bytes, length - 1));
                },
                memory);
        for (int i = 0; i < text.length; i += blockSize) {
            int count = Math.min(blockSize, text.length - i);
            buffer.add(Arrays.copyOfRange(text, i, i + count), count);
        }
        buffer.end();
        return lines;
    }

    private static byte[] filled(int length, int b) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) b);
        return bytes;
    }

    /** Strings and bytes, one after the other. */
    private static byte[] join(Object... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Object part : parts) {
            all.writeBytes(part instanceof byte[] bytes ? bytes : ((String) part).getBytes(StandardCharsets.UTF_8));
        }
        return all.toByteArray();
    }
}
