package io.forkless.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class WorkerLogsTest {
    @TempDir
    Path directory;

    @Test
    void only_what_was_written_since_is_shown() throws Exception {
        write(0, "before\n");
        WorkerLogs logs = new WorkerLogs(directory);
        write(0, "one\n\n  two\n");
        assertThat(show(logs, 1)).isEqualTo("forkless: worker 0 (" + file(0) + "):\n    one\n    \n      two\n");
    }

    @Test
    void a_file_that_is_new_or_has_become_smaller_counts_from_its_beginning() throws Exception {
        write(1, "a long line from before\n");
        WorkerLogs logs = new WorkerLogs(directory);
        write(0, "new\n");
        Files.delete(file(1));
        write(1, "renamed\n");
        assertThat(show(logs, 2))
                .isEqualTo("forkless: worker 0 (" + file(0) + "):\n    new\n" + "forkless: worker 1 (" + file(1)
                        + "):\n    renamed\n");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a JDK on Windows does not tell which file it is")
    void what_was_renamed_to_make_room_counts_from_where_it_was() throws Exception {
        write(0, "before\n");
        WorkerLogs logs = new WorkerLogs(directory);
        write(0, "one\n");
        Files.move(file(0), directory.resolve(file(0).getFileName() + ".1"));
        write(0, "two\n");
        assertThat(show(logs, 1)).isEqualTo("forkless: worker 0 (" + file(0) + "):\n    one\n    two\n");
    }

    @Test
    void a_directory_may_be_made_later() throws Exception {
        WorkerLogs logs = new WorkerLogs(directory.resolve("missing"));
        assertThat(show(logs, 1)).startsWith("forkless: the workers have written nothing to ");
    }

    @Test
    void the_last_twenty_lines_are_shown_and_long_ones_are_shortened() throws Exception {
        WorkerLogs logs = new WorkerLogs(directory);
        write(0, lines(100) + "x".repeat(100_000));
        assertThat(show(logs, 1).lines()).hasSize(2).last().isEqualTo("    " + "x".repeat(500) + "...");
        write(0, "\n" + lines(100));
        assertThat(show(logs, 1).lines().skip(1))
                .containsExactlyElementsOf(
                        IntStream.range(80, 100).mapToObj(i -> "    line " + i).toList());
    }

    @Test
    void of_a_large_file_only_the_end_is_read() throws Exception {
        WorkerLogs logs = new WorkerLogs(directory);
        try (SeekableByteChannel sparse = Files.newByteChannel(
                file(0), Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE))) {
            sparse.position(100L << 30);
            sparse.write(ByteBuffer.wrap("\nthe end\n".getBytes(StandardCharsets.UTF_8)));
        }
        assertThat(show(logs, 1)).endsWith("):\n    the end\n");
    }

    @Test
    void workers_that_have_said_the_same_are_shown_once_and_not_too_many() throws Exception {
        WorkerLogs logs = new WorkerLogs(directory);
        write(0, "the same\n");
        write(1, "the same\n");
        write(2, "another\n");
        assertThat(show(logs, 3))
                .isEqualTo("forkless: worker 0 (" + file(0) + "):\n    the same\n"
                        + "forkless: worker 1 (" + file(1) + "): the same\n"
                        + "forkless: worker 2 (" + file(2) + "):\n    another\n");
        for (int i = 3; i < 10; i++) {
            write(i, "of worker " + i + "\n");
        }
        assertThat(show(logs, 10).lines().filter(line -> line.endsWith("):"))).hasSize(4);
        assertThat(show(logs, 10)).contains("forkless: worker 4 (").doesNotContain("forkless: worker 5 (");
        assertThat(show(logs, 10))
                .endsWith("forkless: 5 more workers have written to their logs in " + directory + "\n");
    }

    @Test
    void silence_is_told() throws Exception {
        write(0, "before\n");
        WorkerLogs logs = new WorkerLogs(directory);
        assertThat(show(logs, 1)).isEqualTo("forkless: the workers have written nothing to " + file(0) + "\n");
        write(0, "\n");
        assertThat(show(logs, 4))
                .isEqualTo("forkless: the workers have written nothing to " + file(0) + " and the like\n");
    }

    @Test
    void bytes_that_are_no_text_harm_nobody() throws Exception {
        WorkerLogs logs = new WorkerLogs(directory);
        Files.write(file(0), new byte[] {(byte) 0xff, 0, 'x', '\r', '\n'});
        assertThat(show(logs, 1)).endsWith("):\n    \uFFFD\0x\n");
    }

    private String show(WorkerLogs logs, int workers) {
        StringWriter text = new StringWriter();
        try (PrintWriter out = new PrintWriter(text)) {
            logs.show(workers, index -> "w" + index, out);
        }
        return text.toString().replace(System.lineSeparator(), "\n");
    }

    private Path file(int index) {
        return directory.resolve("w" + index);
    }

    private void write(int index, String text) throws IOException {
        Files.writeString(file(index), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static String lines(int count) {
        return IntStream.range(0, count).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());
    }
}
