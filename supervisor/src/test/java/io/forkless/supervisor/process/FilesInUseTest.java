package io.forkless.supervisor.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What befalls a file that a process has open. */
class FilesInUseTest {
    private static final String NO_LINKS =
            "links take a privilege there, and a file that is open cannot be renamed over";

    @TempDir
    private Path temporary;

    private Path directory;
    private Path jar;
    private FilesInUse files;

    @BeforeEach
    void writeJar() throws IOException {
        directory = temporary.toRealPath();
        jar = Files.writeString(directory.resolve("app.jar"), "one release");
        Files.setLastModifiedTime(jar, FileTime.fromMillis(1_000_000));
        files = new FilesInUse(List.of(jar, directory.resolve("missing.jar")));
        assertThat(files.overwritten()).isEmpty();
    }

    @Test
    void one_that_was_written_over_is_known_by_its_size() throws IOException {
        Files.writeString(jar, "the second release");
        Files.setLastModifiedTime(jar, FileTime.fromMillis(1_000_000));
        assertThat(files.overwritten()).containsExactly(jar);
    }

    @Test
    void one_that_was_written_over_is_known_by_its_time() throws IOException {
        Files.writeString(jar, "two release");
        assertThat(files.overwritten()).containsExactly(jar);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = NO_LINKS)
    void one_over_which_another_one_was_renamed_is_whole() throws IOException {
        Path fresh = Files.writeString(directory.resolve("fresh"), "the second release");
        Files.move(fresh, jar, StandardCopyOption.REPLACE_EXISTING);
        assertThat(files.overwritten()).isEmpty();
    }

    @Test
    void one_that_was_removed_is_whole() throws IOException {
        Files.delete(jar);
        assertThat(files.overwritten()).isEmpty();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = NO_LINKS)
    void what_counts_is_where_a_link_led_at_the_start() throws IOException {
        Path other = Files.writeString(directory.resolve("other.jar"), "the second release");
        Path link = Files.createSymbolicLink(directory.resolve("current.jar"), jar);
        FilesInUse linked = new FilesInUse(List.of(link));
        Files.delete(link);
        Files.createSymbolicLink(link, other);
        assertThat(linked.overwritten()).isEmpty();
        Files.writeString(jar, "written over");
        assertThat(linked.overwritten()).containsExactly(jar);
    }
}
