package io.forkless.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.forkless.internal.control.RuntimeDirectory;
import io.forkless.testing.Privileges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class UnusableRuntimeDirectoryTest {
    @TempDir
    private Path directory;

    @AfterEach
    void forgetChoice() {
        System.clearProperty(RuntimeDirectory.PROPERTY);
    }

    @Test
    void a_directory_that_can_be_used_is_none_and_stays_empty() throws IOException {
        assertThat(findings(directory)).isEmpty();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void a_file_in_its_place_is_one() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThat(findings(file)).singleElement().satisfies(finding -> {
            assertThat(finding.what()).contains(file.toString(), "not a directory");
            assertThat(finding.remedy()).contains("--runtime-dir");
        });
    }

    @Test
    void one_that_cannot_be_made_is_one() {
        assertThat(findings(directory.resolve("missing").resolve("too")))
                .singleElement()
                .satisfies(finding -> assertThat(finding.what()).contains("there is no directory"));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no modes on Windows")
    void one_in_which_nothing_can_be_made_is_one() throws IOException {
        assumeFalse(Privileges.isRoot(), "root may write everywhere");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-x------"));
        assertThat(findings(directory))
                .singleElement()
                .satisfies(finding -> assertThat(finding.what()).contains("cannot keep files in " + directory));
    }

    private static List<Finding> findings(Path runtime) {
        System.setProperty(RuntimeDirectory.PROPERTY, runtime.toString());
        return new UnusableRuntimeDirectory().find(new Surroundings(Map.of(), new Properties(), runtime, 4711, 2, 0));
    }
}
