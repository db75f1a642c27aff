package io.forkless.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forkless.testing.Privileges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class RuntimeDirectoryTest {
    private static final String TEMPORARY = "java.io.tmpdir";
    private static final String NO_POSIX_FILES = "Windows has other file owners and permissions";
    private static final String REMEDY = ", or choose another directory with --runtime-dir or FORKLESS_RUNTIME_DIR";

    private final String temporaryBefore = System.getProperty(TEMPORARY);

    @TempDir
    private Path directory;

    private Path expected;

    @BeforeEach
    void use_a_temporary_directory_of_our_own() {
        System.setProperty(TEMPORARY, directory.toString());
        expected = directory.resolve(UserId.isKnown() ? "forkless-" + UserId.ours() : "forkless");
    }

    @AfterEach
    void use_the_other_one() {
        System.setProperty(TEMPORARY, temporaryBefore);
        System.clearProperty(RuntimeDirectory.PROPERTY);
    }

    @Test
    void it_is_named_after_the_number_of_the_user_and_made_when_it_is_needed() throws Exception {
        assertThat(RuntimeDirectory.path()).isEqualTo(expected).doesNotExist();

        assertThat(RuntimeDirectory.prepare()).isEqualTo(expected).isDirectory();
        assertThat(RuntimeDirectory.prepare()).as("a second time").isEqualTo(expected);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = NO_POSIX_FILES)
    void nobody_else_can_enter_it() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(RuntimeDirectory.prepare())))
                .isEqualTo("rwx------");
    }

    @Test
    void one_that_is_chosen_wins_and_is_made_as_well() throws Exception {
        Path chosen = directory.resolve("chosen");
        System.setProperty(RuntimeDirectory.PROPERTY, chosen.toString());

        assertThat(RuntimeDirectory.prepare()).isEqualTo(chosen).isDirectory();
        assertThat(expected).doesNotExist();
    }

    @Test
    void only_the_one_of_the_user_goes_when_it_is_empty() throws Exception {
        Path made = RuntimeDirectory.prepare();
        Path file = Files.createFile(made.resolve("file"));
        RuntimeDirectory.removeIfEmpty(made);
        assertThat(file).exists();

        Files.delete(file);
        RuntimeDirectory.removeIfEmpty(made);
        assertThat(made).doesNotExist();
        RuntimeDirectory.removeIfEmpty(made); // which another one has just done

        System.setProperty(RuntimeDirectory.PROPERTY, made.toString());
        RuntimeDirectory.removeIfEmpty(RuntimeDirectory.prepare());
        assertThat(made).as("somebody has chosen it").exists();
        RuntimeDirectory.removeIfEmpty(directory);
        assertThat(directory).exists();
    }

    @Test
    void a_worker_uses_that_of_its_supervisor_unless_another_one_is_chosen() throws Exception {
        Path supervisors = directory.resolve("elsewhere");
        RuntimeDirectory.useUnlessChosen(supervisors);
        assertThat(RuntimeDirectory.path()).isEqualTo(supervisors);

        RuntimeDirectory.useUnlessChosen(directory.resolve("another"));
        assertThat(RuntimeDirectory.path()).as("that one is chosen").isEqualTo(supervisors);
    }

    @Test
    void the_usual_one_goes_when_it_is_empty_also_if_a_worker_uses_it() throws Exception {
        RuntimeDirectory.useUnlessChosen(RuntimeDirectory.prepare());
        assertThat(RuntimeDirectory.path()).isEqualTo(expected);

        RuntimeDirectory.removeIfEmpty(expected);

        assertThat(expected).doesNotExist();
    }

    @Test
    void a_missing_parent_is_named() {
        Path missing = directory.resolve("missing");
        System.setProperty(TEMPORARY, missing.toString());

        assertRefused(missing.resolve(expected.getFileName()), "there is no directory " + missing + "; make it");
    }

    @Test
    void a_file_in_its_place_is_refused() throws Exception {
        Files.createFile(expected);

        assertRefused(expected, "it is not a directory; remove it");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "to make a symbolic link takes a privilege on Windows")
    void a_link_in_its_place_is_refused_and_one_that_is_chosen_is_followed() throws Exception {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Files.createSymbolicLink(expected, elsewhere);
        assertRefused(expected, "it is not a directory; remove it");

        System.setProperty(RuntimeDirectory.PROPERTY, expected.toString());
        assertThat(RuntimeDirectory.prepare()).isEqualTo(elsewhere.toRealPath());
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = NO_POSIX_FILES)
    void one_that_others_may_write_to_is_refused() throws Exception {
        for (String modes : new String[] {"rwxrwx---", "rwx----w-", "rwxrwxrwx"}) {
            Files.createDirectory(expected);
            Files.setPosixFilePermissions(expected, PosixFilePermissions.fromString(modes));

            assertRefused(expected, "others may write to it; forbid that with 'chmod go-w " + expected + "'");
            Files.delete(expected);
        }
        Files.createDirectory(expected);
        Files.setPosixFilePermissions(expected, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(RuntimeDirectory.prepare()).as("others may read it").isEqualTo(expected);
    }

    @Test
    @Tag("root")
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = NO_POSIX_FILES)
    void one_of_somebody_else_is_refused_by_his_name() throws Exception {
        assumeTrue(Privileges.isRoot(), "only root can give a directory away");
        Files.createDirectory(expected);
        Files.setAttribute(expected, "unix:uid", 12345);

        assertRefused(expected, "it belongs to 12345 and not to root; have its owner remove it");
    }

    @Test
    void what_is_no_path_is_refused() {
        System.setProperty(RuntimeDirectory.PROPERTY, "a\0b");

        assertThatThrownBy(RuntimeDirectory::prepare)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not a path")
                .hasMessageEndingWith(REMEDY);
    }

    private static void assertRefused(Path path, String reason) {
        assertThatThrownBy(RuntimeDirectory::prepare)
                .isInstanceOf(IOException.class)
                .hasMessage("cannot keep files in " + path + ": " + reason + REMEDY);
    }
}
