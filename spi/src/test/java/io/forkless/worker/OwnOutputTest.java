package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnOutputTest {
    @TempDir
    private Path directory;

    @Test
    void only_a_file_that_is_the_output_can_be_reopened() throws Exception {
        assertThat(OwnOutput.canReopen(null)).isFalse();
        assertThat(OwnOutput.canReopen(directory.resolve("missing"))).isFalse();
        assertThat(OwnOutput.canReopen(Files.createFile(directory.resolve("file"))))
                .isFalse();
    }
}
