package io.forkless.supervisor.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forkless.supervisor.CapturedLog;
import io.forkless.supervisor.output.WorkerOutput.Reopening;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class DirectFileTest {
    private final CapturedLog log = new CapturedLog();

    @TempDir
    private Path directory;

    private DirectFile file;
    private volatile Reopening able = Reopening.POSSIBLE;

    @AfterEach
    void close() {
        if (file != null) {
            file.close();
        }
        log.close();
    }

    @Test
    void a_process_begins_with_a_line_of_its_own() throws Exception {
        write("no end");
        start(0, 0);
        write("new\n");
        assertContent("log", "no end\nnew\n");
        start(0, 0);
        assertContent("log", "no end\nnew\n");
    }

    @Test
    void a_full_file_is_renamed_before_a_process_gets_it() throws Exception {
        write("12345");
        start(5, 2);
        assertContent("log", "");
        assertContent("log.1", "12345");
    }

    @Test
    void the_process_is_asked_when_the_file_was_renamed_and_again_while_it_goes_on_in_the_old_one() throws Exception {
        start(5, 2);
        write("1234");
        assertThat(file.rotate()).isFalse();
        write("5");
        assertThat(file.rotate()).isTrue();
        assertContent("log", "");
        assertContent("log.1", "12345");
        assertThat(file.rotate()).as("it has nothing to say").isFalse();
        Files.writeString(directory.resolve("log.1"), "6", StandardOpenOption.APPEND);
        assertThat(file.rotate()).isTrue();
        write("7");
        assertThat(file.rotate()).isFalse();
    }

    @Test
    void the_file_of_a_process_that_cannot_open_it_anew_is_copied_and_emptied() throws Exception {
        able = Reopening.IMPOSSIBLE;
        start(5, 2);
        try (OutputStream process = Files.newOutputStream(directory.resolve("log"), StandardOpenOption.APPEND)) {
            for (String text : new String[] {"11111", "22222", "33333"}) {
                process.write(text.getBytes());
                assertThat(file.rotate()).isFalse();
            }
            process.write('4');
        }
        assertFiles("log", "log.1", "log.2");
        assertContent("log", "4");
        assertContent("log.1", "33333");
        assertContent("log.2", "22222");
    }

    @Test
    void a_process_that_has_not_called_yet_has_time_until_the_file_is_twice_as_big() throws Exception {
        able = Reopening.NOT_YET;
        start(5, 2);
        write("123456789");
        file.rotate();
        assertFiles("log");
        write("0");
        file.rotate();
        assertContent("log", "");
        assertContent("log.1", "1234567890");
    }

    @Test
    void what_is_not_kept_goes() throws Exception {
        start(5, 0);
        write("12345");
        assertThat(file.rotate()).isFalse();
        assertFiles("log");
        assertContent("log", "");
    }

    @Test
    void nobody_else_rotates_it_though_it_was_opened_for_a_process_meanwhile() throws Exception {
        start(5, 2);
        Files.newOutputStream(directory.resolve("log"), StandardOpenOption.APPEND)
                .close();
        file.writtenBy(() -> able);
        assertThatThrownBy(() -> new DirectFile(new LogFiles(directory.resolve("log"), 5, 2)).open())
                .hasMessageContaining("another supervisor writes to it");
        write("12345");
        file.rotate();
        assertThatThrownBy(() -> new DirectFile(new LogFiles(directory.resolve("log"), 5, 2)).open())
                .as("the new one")
                .hasMessageContaining("another supervisor writes to it");
    }

    @Test
    void a_file_that_cannot_be_renamed_grows_on_which_is_told_once() throws Exception {
        Files.createDirectories(directory.resolve("log.1/occupied"));
        start(5, 1);
        write("12345");
        assertThat(file.rotate()).isFalse();
        assertThat(file.rotate()).isFalse();
        assertContent("log", "12345");
        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith("SEVERE " + directory.resolve("log") + ": cannot be rotated, and grows on: ");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no mkfifo on Windows")
    void a_fifo_is_not_waited_for() throws Exception {
        new ProcessBuilder("mkfifo", directory.resolve("log").toString())
                .start()
                .waitFor();
        file = new DirectFile(new LogFiles(directory.resolve("log"), 5, 2));
        assertThat(file.prepare()).isFalse();
        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains("cannot be opened for a worker")
                .contains("FIFO");
        assertThat(file.rotate()).isFalse();
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "there is no /dev/full elsewhere")
    void a_link_to_a_device_is_never_renamed() throws Exception {
        Files.createSymbolicLink(directory.resolve("log"), Path.of("/dev/full"));
        start(5, 2);
        assertThat(file.rotate()).isFalse();
        assertThat(directory.resolve("log")).isSymbolicLink();
        assertFiles("log");
    }

    @Test
    void a_file_that_somebody_has_removed_is_left_alone_until_it_is_reopened() throws Exception {
        start(5, 2);
        if (OS.WINDOWS.isCurrentOs()) {
            file.close(); // else Windows keeps the name
            return;
        }
        Files.delete(directory.resolve("log"));
        assertThat(file.rotate()).isFalse();
        assertThat(directory).isEmptyDirectory();
        file.reopen();
        file.rotate();
        assertFiles("log");
    }

    @Test
    void only_the_worker_of_a_file_that_cannot_be_reopened_is_worth_a_warning() throws Exception {
        start(5, 2);
        file.reopen();
        able = Reopening.GONE;
        file.reopen();
        assertThat(log.lines()).isEmpty();
        able = Reopening.IMPOSSIBLE;
        file.reopen();
        assertThat(log.lines()).singleElement().asString().contains("copytruncate");
    }

    private void start(long maxBytes, int keep) {
        if (file != null) {
            file.close();
        }
        file = new DirectFile(new LogFiles(directory.resolve("log"), maxBytes, keep));
        assertThat(file.prepare()).as("%s", log.lines()).isTrue();
        file.writtenBy(() -> able);
    }

    /** As a process does that has the file as its output. */
    private void write(String text) throws IOException {
        Files.writeString(directory.resolve("log"), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private void assertContent(String name, String content) throws IOException {
        assertThat(Files.readString(directory.resolve(name))).isEqualTo(content);
    }

    private void assertFiles(String... names) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(path -> path.getFileName().toString())).containsExactlyInAnyOrder(names);
        }
    }
}
