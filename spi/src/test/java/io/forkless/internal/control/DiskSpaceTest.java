package io.forkless.internal.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskSpaceTest {
    private static final String FULL = "No space left on device";

    @TempDir
    private Path directory;

    @Test
    void a_full_disk_with_room_for_bytes_has_no_inode() throws Exception {
        Path file = directory.resolve("below/file");
        String expected = "no free inode on " + Files.getFileStore(directory) + ", which has room for bytes but for no"
                + " further file; remove files there ('df -i' shows how many there are)";

        assertThat(DiskSpace.reason(file, new FileSystemException(file.toString(), null, FULL)))
                .isEqualTo(expected);
        assertThat(DiskSpace.reason(file, new IOException(FULL))).isEqualTo(expected);
        assertThat(DiskSpace.reason(file, new IOException(file + " (" + FULL + ")")))
                .as("of a stream")
                .isEqualTo(expected);
    }

    @Test
    void other_reasons_stay_as_they_are_and_name_a_file_that_the_sentence_does_not() {
        Path file = directory.resolve("file");

        assertThat(DiskSpace.reason(file, new IOException("Input/output error")))
                .isEqualTo("Input/output error");
        assertThat(DiskSpace.reason(file, new AccessDeniedException(file.toString())))
                .isEqualTo("access denied");
        assertThat(DiskSpace.reason(file, new NoSuchFileException("/other"))).isEqualTo("/other: no such file");
        assertThat(DiskSpace.reason(file, new FileSystemException("/other", null, "Is a directory")))
                .isEqualTo("/other: Is a directory");
    }
}
