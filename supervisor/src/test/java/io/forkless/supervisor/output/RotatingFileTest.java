package io.forkless.supervisor.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forkless.supervisor.CapturedLog;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class RotatingFileTest {
    private final CapturedLog log = new CapturedLog();

    @TempDir
    private Path directory;

    private RotatingFile file;

    @AfterEach
    void close() {
        if (file != null) {
            file.close();
        }
        log.close();
    }

    @Test
    void the_file_is_made_with_the_first_write() throws Exception {
        open("log", 100, 2);
        assertThat(directory).isEmptyDirectory();
        write("one\n");
        write("two\n");
        assertFiles("log");
        assertContent("log", "one\ntwo\n");
    }

    @Test
    void a_file_that_is_there_is_continued_and_its_size_counts() throws Exception {
        Files.writeString(directory.resolve("log"), "before\n");
        open("log", 10, 1);
        write("1\n");
        assertContent("log", "before\n1\n");
        write("2\n");
        assertContent("log.1", "before\n1\n");
        assertContent("log", "2\n");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no mkfifo on Windows")
    void a_fifo_is_not_waited_for() throws Exception {
        new ProcessBuilder("mkfifo", directory.resolve("log").toString())
                .start()
                .waitFor();
        open("log", 10, 1);
        assertThatThrownBy(file::open).hasMessageContaining("FIFO");
        write("1\n");
        assertThat(log.lines()).anyMatch(line -> line.contains("cannot be written") && line.contains("FIFO"));
        Files.delete(directory.resolve("log"));
        file.reopen();
        write("2\n");
        assertContent("log", "2\n");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no /dev/null on Windows")
    void a_link_to_a_device_is_never_rotated() throws Exception {
        Files.createSymbolicLink(directory.resolve("log"), Path.of("/dev/null"));
        open("log", 4, 2);
        for (int i = 0; i < 5; i++) {
            write("00" + i + "\n");
        }
        assertFiles("log");
        assertThat(directory.resolve("log")).isSymbolicLink();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "an open file keeps its directory on Windows")
    void its_directory_is_made_again() throws Exception {
        open("logs/log", 100, 2);
        write("1\n");
        Files.delete(directory.resolve("logs/log"));
        Files.delete(directory.resolve("logs"));
        file.reopen();
        write("2\n");
        assertContent("logs/log", "2\n");
    }

    @Test
    void nobody_else_rotates_it() throws Exception {
        open("log", 4, 2);
        write("001\n");
        try (RotatingFile other = new RotatingFile(directory.resolve("log"), 4, 2)) {
            assertThatThrownBy(other::open).hasMessageContaining("another supervisor writes to it");
            write("002\n");
            assertThatThrownBy(other::open).as("the new one").hasMessageContaining("another supervisor writes to it");
            file.close();
            other.open();
        }
        try (RotatingFile external = new RotatingFile(directory.resolve("log"), 0, 0)) {
            external.open(); // another program rotates it
        }
    }

    @Test
    void a_file_that_is_full_to_the_byte_is_not_rotated_yet() throws Exception {
        open("log", 10, 1);
        write("12345678\n");
        write("\n");
        assertFiles("log");
        write("\n");
        assertFiles("log", "log.1");
        assertContent("log.1", "12345678\n\n");
    }

    @Test
    void the_oldest_file_goes() throws Exception {
        open("log", 4, 2);
        for (int i = 1; i <= 5; i++) {
            write("00" + i + "\n");
        }
        assertFiles("log", "log.1", "log.2");
        assertContent("log", "005\n");
        assertContent("log.1", "004\n");
        assertContent("log.2", "003\n");
    }

    @Test
    void a_file_without_a_limit_is_never_rotated_and_can_be_reopened() throws Exception {
        open("log", 0, 2);
        write("0123456789\n".repeat(100_000));
        write("on\n");
        assertFiles("log");
        file.reopen(); // closes it, so that Windows lets us
        Files.copy(directory.resolve("log"), directory.resolve("archive"));
        write("still there\n");
        assertFiles("archive", "log");
        assertThat(Files.size(directory.resolve("log"))).isEqualTo(1_100_015);
    }

    @Test
    void none_may_be_kept() throws Exception {
        open("log", 4, 0);
        write("001\n");
        write("002\n");
        assertFiles("log");
        assertContent("log", "002\n");
    }

    @Test
    void a_line_that_is_longer_than_a_file_may_be_has_one_of_its_own() throws Exception {
        open("log", 4, 3);
        write("1\n");
        write("0123456789\n");
        write("2\n");
        assertContent("log.2", "1\n");
        assertContent("log.1", "0123456789\n");
        assertContent("log", "2\n");
    }

    @Test
    void a_single_byte_is_written_too() throws Exception {
        open("log", 4, 1);
        file.write('x');
        assertContent("log", "x");
    }

    @Test
    @EnabledOnOs(
            value = {OS.LINUX, OS.MAC},
            disabledReason = "Windows does not rename a file that is open")
    void after_somebody_has_renamed_the_file_it_goes_on_there_until_it_is_reopened() throws Exception {
        open("log", 100, 1);
        write("1\n");
        Files.move(directory.resolve("log"), directory.resolve("archive"));
        write("2\n");
        assertFiles("archive");
        file.reopen();
        write("3\n");
        assertContent("archive", "1\n2\n");
        assertContent("log", "3\n");
    }

    @Test
    void what_comes_after_the_close_goes_nowhere() throws Exception {
        open("log", 100, 1);
        write("1\n");
        file.close();
        write("2\n");
        file.reopen();
        write("3\n");
        assertContent("log", "1\n");
        Files.delete(directory.resolve("log")); // also on Windows: it is not open
    }

    @Test
    void what_cannot_be_written_is_dropped_and_counted() throws Exception {
        Path parent = Files.createFile(directory.resolve("parent"));
        open("parent/log", 100, 1);
        write("lost\n");
        write("too\n");
        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith("SEVERE " + parent.resolve("log") + ": cannot be written, output is dropped: ");
        Files.delete(parent);
        Files.createDirectory(parent);
        write("not tried again yet\n");
        assertThat(parent).isEmptyDirectory();

        file.reopen();
        write("found\n");
        assertContent("parent/log", "found\n");
        assertThat(log.lines())
                .hasSize(2)
                .last()
                .isEqualTo("WARNING " + parent.resolve("log") + ": can be written again; 29 bytes are missing in it");
        write("on\n");
        assertThat(log.lines()).hasSize(2);
    }

    @Test
    void what_was_dropped_until_the_end_is_told_at_the_end() throws Exception {
        Files.createFile(directory.resolve("plain"));
        open("plain/log", 100, 1);
        write("lost\n");
        file.close();
        file.close();
        assertThat(log.lines())
                .hasSize(2)
                .last()
                .isEqualTo("WARNING " + directory.resolve("plain/log") + ": 5 bytes could not be written");
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "/dev/full is of Linux")
    void a_full_disk_harms_nobody() throws Exception {
        Files.createSymbolicLink(directory.resolve("log"), Path.of("/dev/full"));
        open("log", 100, 1);
        assertThatCode(() -> write("lost\n")).doesNotThrowAnyException();
        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains("output is dropped")
                .contains("No space left");
        Files.delete(directory.resolve("log"));
        file.reopen();
        write("found\n");
        assertContent("log", "found\n");
        assertThat(log.lines()).last().asString().endsWith("; 5 bytes are missing in it");
    }

    @Test
    void a_file_that_cannot_be_renamed_harms_nobody() throws Exception {
        Files.createDirectories(directory.resolve("log.1/occupied"));
        open("log", 4, 1);
        write("1\n");
        assertThatCode(() -> write("lost\n")).doesNotThrowAnyException();
        assertThat(log.lines()).singleElement().asString().contains("output is dropped");
        assertContent("log", "1\n");
    }

    private void open(String name, long maxBytes, int keep) {
        file = new RotatingFile(directory.resolve(name), maxBytes, keep);
    }

    private void write(String text) throws IOException {
        OutputStream stream = file;
        stream.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private void assertContent(String name, String content) {
        assertThat(directory.resolve(name)).hasContent(content);
    }

    private void assertFiles(String... names) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<String> found =
                    files.map(path -> path.getFileName().toString()).toList();
            assertThat(found).containsExactlyInAnyOrder(names);
        }
    }
}
