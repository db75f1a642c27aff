package io.forkless.supervisor.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.forkless.supervisor.CapturedLog;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class LogDirectoryTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final InputStream NOTHING = InputStream.nullInputStream();

    @TempDir
    private Path temporary;

    private LogDirectory logs;
    private String prefix = "";

    @AfterEach
    void close() {
        if (logs != null) {
            logs.close();
        }
    }

    @Test
    void the_directory_is_made() throws Exception {
        open(temporary.resolve("a/b"), 1000, 1);
        assertThat(temporary.resolve("a/b")).isDirectory();
    }

    @Test
    void a_directory_that_is_a_file_is_a_clear_error() throws Exception {
        Path file = Files.createFile(temporary.resolve("file"));
        assertThatThrownBy(() -> open(file, 1000, 1))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("log directory: cannot write " + file + ": ");
        assertThatThrownBy(() -> open(file.resolve("below"), 1000, 1))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("log directory: cannot write " + file.resolve("below") + ": ");
    }

    @Test
    void a_directory_where_no_file_can_be_made_is_a_clear_error() throws Exception {
        Files.createDirectories(temporary.resolve("worker-0.log")); // also for root
        assertThatThrownBy(() -> open(temporary, 1000, 1))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("log directory: cannot write " + temporary + ": ");
    }

    @Test
    void sizes_and_numbers_that_make_no_sense_are_refused() {
        assertThatThrownBy(() -> new LogDirectory.Options(temporary, -1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("log size: -1 is negative");
        assertThatThrownBy(() -> new LogDirectory.Options(temporary, 1, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("log files to keep: -1 is negative");
    }

    @Test
    void each_worker_has_a_file_with_both_its_streams() throws Exception {
        open(temporary, 1000, 1);
        logs.attach(0, text("out of 0\n"), text("err of 0\n"));
        logs.attach(3, text("out of 3\n"), NOTHING);
        awaitLines(0, "err of 0", "out of 0");
        awaitLines(3, "out of 3");
    }

    @Test
    void lines_may_have_a_prefix() throws Exception {
        prefix = "web: ";
        open(temporary, 1000, 1);
        logs.attach(0, text("out\n"), text("err\n"));
        awaitLines(0, "web: err", "web: out");
    }

    @Test
    void a_process_goes_on_in_the_file_of_the_one_before_it() throws Exception {
        open(temporary, 1000, 1);
        logs.attach(0, text("first\n"), NOTHING);
        awaitLines(0, "first");
        logs.attach(0, text("second\n"), NOTHING);
        awaitLines(0, "first", "second");
    }

    @Test
    void lines_of_both_streams_do_not_mix_and_none_is_lost_in_a_rotation() throws Exception {
        int lines = 2000;
        open(temporary, 10_000, 100);
        logs.attach(0, text(lines("o", lines)), text(lines("e", lines)));
        await().atMost(LIMIT)
                .ignoreException(NoSuchFileException.class) // a file may be renamed right before it is read
                .until(() -> allLines().size() == 2 * lines);
        assertThat(allLines()).allMatch(line -> line.matches("[oe]\\d+ x{20}")).doesNotHaveDuplicates();
        assertThat(Files.size(file(0))).isLessThanOrEqualTo(10_000);
        assertThat(temporary.resolve("worker-0.log.1")).exists();
    }

    @Test
    void all_files_are_reopened() throws Exception {
        open(temporary, 1000, 1);
        try (PipedOutputStream first = new PipedOutputStream();
                PipedOutputStream second = new PipedOutputStream()) {
            logs.attach(0, new PipedInputStream(first), NOTHING);
            logs.attach(1, new PipedInputStream(second), NOTHING);
            say(first, "before\n");
            say(second, "before\n");
            awaitLines(0, "before");
            awaitLines(1, "before");
            for (int i = 0; i < 2; i++) {
                Files.copy(file(i), temporary.resolve("archive-" + i));
            }
            assertThat(logs.reopen()).isTrue(); // closes them, so that Windows lets us
            Files.delete(file(0));
            Files.delete(file(1));
            say(first, "after\n");
            say(second, "after\n");
            awaitLines(0, "after");
            awaitLines(1, "after");
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "/dev/full is of Linux")
    void a_full_disk_does_not_block_a_worker() throws Exception {
        open(temporary, 1000, 1);
        Files.createSymbolicLink(file(1), Path.of("/dev/full"));
        try (CapturedLog log = new CapturedLog()) {
            try (PipedOutputStream worker = new PipedOutputStream()) {
                logs.attach(1, new PipedInputStream(worker), NOTHING);
                for (int i = 0; i < 10_000; i++) {
                    worker.write("0123456789\n".getBytes(StandardCharsets.UTF_8)); // would block on a full pipe
                }
            }
            logs.close();
            assertThat(log.lines())
                    .hasSize(2)
                    .last()
                    .isEqualTo("WARNING " + file(1) + ": 110000 bytes could not be written");
        }
    }

    @Test
    void what_a_worker_said_last_is_written_before_the_close() throws Exception {
        open(temporary, 10_000_000, 1);
        logs.attach(0, slow(lines("o", 300)), NOTHING);
        logs.close();
        assertThat(Files.readAllLines(file(0))).hasSize(300);
    }

    @Test
    void a_pipe_that_a_grandchild_keeps_open_does_not_hold_up_the_close() throws Exception {
        open(temporary, 1000, 1);
        try (PipedOutputStream grandchild = new PipedOutputStream()) {
            logs.attach(0, new PipedInputStream(grandchild), NOTHING);
            long begun = System.nanoTime();
            logs.close();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
        }
    }

    private void open(Path directory, long maxBytes, int keep) throws IOException {
        logs = new LogDirectory(
                new LogDirectory.Options(directory, maxBytes, keep),
                index -> "worker-" + index + ".log",
                index -> prefix);
    }

    private Path file(int index) {
        return temporary.resolve("worker-" + index + ".log");
    }

    private void awaitLines(int index, String... expected) {
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(Files.readAllLines(file(index))).containsExactlyInAnyOrder(expected));
    }

    private List<String> allLines() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            Path file = i == 0 ? file(0) : temporary.resolve("worker-0.log." + i);
            text.append(Files.exists(file) ? Files.readString(file) : "");
        }
        return text.toString().lines().toList();
    }

    private static String lines(String prefix, int count) {
        StringBuilder text = new StringBuilder();
        IntStream.range(0, count)
                .forEach(i -> text.append(prefix)
                        .append(i)
                        .append(' ')
                        .append("x".repeat(20))
                        .append('\n'));
        return text.toString();
    }

    private static InputStream text(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    /** As of a pump that has not got the processor yet. */
    private static InputStream slow(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)) {
            @Override
            public synchronized int read(byte[] bytes, int offset, int length) {
                try {
                    Thread.sleep(1);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return super.read(bytes, offset, Math.min(100, length));
            }
        };
    }

    private static void say(PipedOutputStream worker, String text) throws IOException {
        worker.write(text.getBytes(StandardCharsets.UTF_8));
        worker.flush();
    }
}
