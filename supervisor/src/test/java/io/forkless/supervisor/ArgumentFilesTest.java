package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that the options are from, and that somebody edits. */
class ArgumentFilesTest {
    @TempDir
    private Path directory;

    @Test
    void a_file_is_changed_when_its_content_is() throws Exception {
        Path file = Files.writeString(directory.resolve("web.args"), "--workers=2\n");
        Path other = Files.writeString(directory.resolve("other.args"), "--listen=8080\n");
        ArgumentFiles files = new ArgumentFiles(List.of(file, other), null);
        assertThat(files.remarks()).isEmpty();

        Path fresh = Files.writeString(directory.resolve("fresh"), "--workers=3\n");
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING); // as an editor does
        String remark = file + " has changed since the start and was not read again: stop and start the supervisor to"
                + " apply it";
        assertThat(files.remarks()).containsExactly(remark);

        Files.writeString(file, "--workers=2\n");
        assertThat(files.remarks()).as("the same as ever").isEmpty();

        Files.delete(file);
        assertThat(files.remarks()).containsExactly(remark);
    }

    @Test
    void a_supervisor_with_a_name_is_upgraded_to_apply_it() throws Exception {
        Path file = Files.writeString(directory.resolve("web.args"), "--workers=2\n");
        ArgumentFiles files = new ArgumentFiles(List.of(file), "web");
        Files.writeString(file, "--workers=3\n");
        assertThat(files.remarks())
                .containsExactly(
                        file + " has changed since the start and was not read again: 'forkless upgrade --name web'"
                                + " applies it");
    }
}
