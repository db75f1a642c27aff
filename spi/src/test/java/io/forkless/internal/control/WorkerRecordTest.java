package io.forkless.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.forkless.testing.JavaProgram;
import io.forkless.testing.Sleeper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerRecordTest {
    private static final String TOKEN = "0123456789abcdef";
    private static final ProcessIdentity OWN = ProcessIdentity.own();
    private static final ProcessIdentity ENDED = new ProcessIdentity(OWN.pid(), "1");

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void name_the_file() {
        file = directory.resolve("web.service").resolve("3-1" + WorkerRecord.FILE_SUFFIX);
    }

    @Test
    void a_record_is_read_back_as_it_was_written() throws Exception {
        Files.createDirectory(file.getParent());
        WorkerRecord record = record(OWN, null);

        record.writeTo(file);
        assertThat(WorkerRecord.read(file)).isEqualTo(record);
        record.withLinked(ENDED).writeTo(file);

        assertThat(WorkerRecord.read(file)).isEqualTo(record(OWN, ENDED));
        assertThat(file.getParent()).isDirectoryContaining(file::equals);
        assertThat(file.getParent().toFile().list()).hasSize(1);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has access lists in place of modes")
    void only_the_owner_can_read_it() throws Exception {
        record(OWN, null).restoreAt(file);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void it_lives_as_long_as_one_of_its_processes() throws Exception {
        Process other = JavaProgram.of(Sleeper.class).process().start();
        ProcessIdentity started = ProcessIdentity.of(other.pid()).orElseThrow();
        assertThat(record(started, null).process()).isEqualTo(started);
        assertThat(record(ENDED, started).process()).isEqualTo(started);
        assertThat(record(started, ENDED).isAlive()).isTrue();
        assertThat(record(ENDED, started).isAlive()).isTrue();

        other.destroyForcibly().waitFor();

        assertThat(record(started, null).isAlive()).isFalse();
        assertThat(record(started, ENDED).isAlive()).isFalse();
    }

    @Test
    void what_a_later_version_has_besides_is_ignored() throws Exception {
        record(OWN, null).restoreAt(file);

        Files.writeString(file, "\ncolour=blue\n", StandardOpenOption.APPEND);

        assertThat(WorkerRecord.read(file)).isEqualTo(record(OWN, null));
    }

    @Test
    void another_version_is_refused_with_both_numbers() throws Exception {
        assertRefused("version=2\nindex=0\n", "it is of version 2, and this Forkless knows version 1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "precious data",
                "version=1",
                "version=x\nindex=3\ntoken=" + TOKEN + "\nspawned=1:1\norigin=a\ndrain-timeout=1",
                "version=1\nindex=x\ntoken=" + TOKEN + "\nspawned=1:1\norigin=a\ndrain-timeout=1",
                "version=1\nindex=3\nspawned=1:1\norigin=a\ndrain-timeout=1",
                "version=1\nindex=3\ntoken=" + TOKEN + "\norigin=a\ndrain-timeout=1",
                "version=1\nindex=3\ntoken=" + TOKEN + "\nspawned=1\norigin=a\ndrain-timeout=1",
                "version=1\nindex=3\ntoken=" + TOKEN + "\nspawned=1:1\nlinked=x\norigin=a\ndrain-timeout=1",
                "version=1\nindex=3\ntoken=" + TOKEN + "\nspawned=1:1\ndrain-timeout=1",
                "version=1\nindex=3\ntoken=" + TOKEN + "\nspawned=1:1\norigin=a",
                "version=1\nindex=3\ntoken=" + TOKEN + "\nspawned=1:1\norigin=a\ndrain-timeout=x",
                "version=1\ntoken=" + TOKEN + "\\u12"
            })
    void garbage_is_refused_without_repeating_it(String text) throws Exception {
        assertRefused(text, "it is not the record of a worker");
    }

    @Test
    void a_file_without_end_is_refused() throws Exception {
        assertRefused("x".repeat(1 << 20), "it is not the record of a worker");
    }

    @Test
    void a_directory_in_its_place_is_refused() throws Exception {
        Files.createDirectories(file);

        assertSomethingElse();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "to make a symbolic link takes a privilege on Windows")
    void a_link_in_its_place_is_refused() throws Exception {
        Path elsewhere = directory.resolve("elsewhere").resolve("record");
        record(OWN, null).restoreAt(elsewhere);
        Files.createDirectory(file.getParent());
        Files.createSymbolicLink(file, elsewhere);

        assertSomethingElse();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no FIFOs among files")
    void a_fifo_in_its_place_is_refused_at_once() throws Exception {
        Files.createDirectory(file.getParent());
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                .isZero();

        assertTimeoutPreemptively(Duration.ofSeconds(20), this::assertSomethingElse);
    }

    @Test
    void the_token_is_not_in_the_text_for_logs() {
        assertThat(record(OWN, ENDED).toString())
                .contains("worker 3", Long.toString(OWN.pid()))
                .doesNotContain(TOKEN);
    }

    @Test
    void it_is_restored_with_the_directory_that_somebody_has_removed_and_else_left_alone() throws Exception {
        record(OWN, null).restoreAt(file);
        assertThat(WorkerRecord.read(file)).isEqualTo(record(OWN, null));

        record(OWN, ENDED).restoreAt(file);
        assertThat(WorkerRecord.read(file)).as("nobody had removed it").isEqualTo(record(OWN, null));

        Files.delete(file);
        Files.delete(file.getParent());
        record(OWN, ENDED).restoreAt(file);
        assertThat(WorkerRecord.read(file)).isEqualTo(record(OWN, ENDED));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has access lists in place of modes")
    void it_is_never_restored_in_a_directory_that_others_may_write_to() throws Exception {
        Files.createDirectory(file.getParent());
        Files.setPosixFilePermissions(file.getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));

        assertThatThrownBy(() -> record(OWN, null).restoreAt(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("others may write to it");
        assertThat(file).doesNotExist();
    }

    private void assertRefused(String text, String reason) throws IOException {
        Files.createDirectory(file.getParent());
        Files.writeString(file, text);

        assertThatThrownBy(() -> WorkerRecord.read(file))
                .isInstanceOf(IOException.class)
                .hasMessage(reason)
                .hasNoCause();
    }

    private void assertSomethingElse() {
        assertThatThrownBy(() -> WorkerRecord.read(file))
                .isInstanceOf(IOException.class)
                .hasMessage("it is not a regular file");
    }

    private static WorkerRecord record(ProcessIdentity spawned, ProcessIdentity linked) {
        return new WorkerRecord(3, TOKEN, spawned, linked, "origin = ü", Duration.ofMillis(1500));
    }
}
