package io.forkless.internal.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class FileIdentityTest {
    @TempDir
    private Path directory;

    @Test
    void a_file_is_the_same_until_it_is_removed() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "1");
        FileIdentity identity = FileIdentity.of(file);

        Files.writeString(file, "23", StandardOpenOption.APPEND);
        assertThat(identity.isThere()).isTrue();

        Files.delete(file);
        assertThat(identity.isThere()).isFalse();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows does not tell which file it is")
    void another_file_in_its_place_is_not_the_same() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        FileIdentity identity = FileIdentity.of(file);

        try (FileChannel open = FileChannel.open(file)) { // else the next file may get its inode
            Files.move(Files.createFile(directory.resolve("other")), file, StandardCopyOption.REPLACE_EXISTING);

            assertThat(open.isOpen()).isTrue();
            assertThat(identity.isThere()).isFalse();
            assertThat(FileIdentity.of(file).isThere()).isTrue();
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "to make a symbolic link takes a privilege on Windows")
    void a_link_that_leads_to_it_is_not_the_same() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        FileIdentity identity = FileIdentity.of(file);
        Path moved = Files.move(file, directory.resolve("moved"));

        Files.createSymbolicLink(file, moved);

        assertThat(identity.isThere()).isFalse();
    }
}
