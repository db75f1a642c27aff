package io.forkless.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineBufferTest {
    private static final int MAX = ControlMessage.MAX_LINE_BYTES;

    private final LineBuffer buffer = new LineBuffer();

    @Test
    void there_is_no_line_before_the_line_feed() throws Exception {
        assertThat(buffer.nextLine()).isNull();
        receive("hel");
        assertThat(buffer.nextLine()).isNull();
        receive("lo\n");
        assertThat(buffer.nextLine()).isEqualTo("hello");
        assertThat(buffer.nextLine()).isNull();
    }

    @Test
    void one_read_may_bring_several_lines_and_the_begin_of_the_next() throws Exception {
        receive("one\n\ntwo three\nfo");

        assertThat(buffer.nextLine()).isEqualTo("one");
        assertThat(buffer.nextLine()).isEmpty();
        assertThat(buffer.nextLine()).isEqualTo("two three");
        assertThat(buffer.nextLine()).isNull();
        receive("ur\n");
        assertThat(buffer.nextLine()).isEqualTo("four");
    }

    @Test
    void letters_of_several_bytes_survive_any_split() throws Exception {
        String text = "füße 東京 \ud83d\ude80";
        byte[] bytes = (text + "\n" + text + "\n").getBytes(StandardCharsets.UTF_8);
        for (int split = 0; split <= bytes.length; split++) {
            List<String> lines = new ArrayList<>();
            buffer.writable().put(bytes, 0, split);
            addLines(lines);
            buffer.writable().put(bytes, split, bytes.length - split);
            addLines(lines);
            assertThat(lines).as("split at %d", split).containsExactly(text, text);
        }
    }

    @Test
    void bytes_that_are_no_utf_8_do_not_join_lines() throws Exception {
        buffer.writable().put(new byte[] {(byte) 0xe6, '\n', (byte) 0xff, '\n'}); // 0xe6 announces two more bytes

        assertThat(buffer.nextLine()).isEqualTo("\ufffd");
        assertThat(buffer.nextLine()).isEqualTo("\ufffd");
    }

    @Test
    void a_carriage_return_belongs_to_the_line() throws Exception {
        receive("ready\r\n");

        assertThat(buffer.nextLine()).isEqualTo("ready\r"); // which is no message: the protocol has line feeds only
    }

    @Test
    void a_line_may_be_as_long_as_the_limit_with_its_line_feed() throws Exception {
        String longest = "x".repeat(MAX - 1);
        for (int i = 0; i < 2; i++) {
            receive(longest);
            assertThat(buffer.nextLine()).isNull();
            receive("\n");
            assertThat(buffer.nextLine()).isEqualTo(longest);
        }
    }

    @Test
    void a_longer_line_is_refused_and_never_held() throws Exception {
        receive("x".repeat(MAX));

        for (int i = 0; i < 2; i++) {
            assertThatExceptionOfType(ProtocolException.class)
                    .isThrownBy(buffer::nextLine)
                    .withMessage("control line longer than 8192 bytes");
        }
        assertThat(buffer.writable().capacity()).isEqualTo(MAX);
        assertThat(buffer.writable().hasRemaining()).isFalse();
    }

    @Test
    void a_full_buffer_still_gives_its_whole_lines_before_the_long_one_is_refused() throws Exception {
        receive("ready\n" + "x".repeat(MAX - 6));

        assertThat(buffer.nextLine()).isEqualTo("ready");
        assertThat(buffer.nextLine()).isNull();
        receive("x".repeat(6));
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(buffer::nextLine);
    }

    @Test
    void what_was_read_is_wiped() throws Exception {
        receive("hello 1 secret 1\nre");

        assertThat(buffer.nextLine()).isEqualTo("hello 1 secret 1");
        assertThat(new String(buffer.writable().array(), StandardCharsets.UTF_8).replace("\0", ""))
                .isEqualTo("re");
    }

    private void receive(String text) {
        buffer.writable().put(text.getBytes(StandardCharsets.UTF_8));
    }

    private void addLines(List<String> lines) throws ProtocolException {
        for (String line = buffer.nextLine(); line != null; line = buffer.nextLine()) {
            lines.add(line);
        }
    }
}
