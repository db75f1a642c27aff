package io.forkless.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forkless.testing.Privileges;
import io.forkless.testing.ShortTempDir;
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

/** {@link PrivateDirectory#ofService}. */
class ServiceDirectoryTest {
    private static final String NO_POSIX_FILES = "Windows has other file owners and permissions";

    @TempDir(factory = ShortTempDir.class)
    private Path runtime;

    private Path expected;

    @BeforeEach
    void choose_a_runtime_directory() {
        System.setProperty(RuntimeDirectory.PROPERTY, runtime.toString());
        expected = runtime.toAbsolutePath().resolve("web.service");
    }

    @AfterEach
    void use_the_usual_one() {
        System.clearProperty(RuntimeDirectory.PROPERTY);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = NO_POSIX_FILES)
    void only_the_owner_can_enter() throws Exception {
        try (PrivateDirectory directory = PrivateDirectory.ofService("web")) {
            assertThat(directory.path()).isEqualTo(expected);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(expected)))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void the_next_supervisor_finds_what_the_one_before_has_left_but_its_socket() throws Exception {
        PrivateDirectory.ofService("web");
        Path record = Files.createFile(expected.resolve("0-1" + WorkerRecord.FILE_SUFFIX));
        Path socket = Files.createFile(expected.resolve(BootstrapFile.SOCKET_FILE));

        PrivateDirectory next = PrivateDirectory.ofService("web");

        assertThat(next.path()).isEqualTo(expected);
        assertThat(next.isThere()).isTrue();
        assertThat(record).exists();
        assertThat(socket).doesNotExist();
    }

    @Test
    void what_workers_and_the_next_supervisor_need_stays_when_it_is_closed() throws Exception {
        PrivateDirectory directory = PrivateDirectory.ofService("web");
        Path record = Files.createFile(directory.resolve("0-1" + WorkerRecord.FILE_SUFFIX));
        Path listeners = Files.createFile(directory.resolve(ListenerRecord.FILE));
        Path scoreboard = Files.createFile(directory.resolve(Scoreboard.FILE));
        Path socket = Files.createFile(directory.resolve(BootstrapFile.SOCKET_FILE));

        directory.close();

        assertThat(record).exists();
        assertThat(listeners).exists();
        assertThat(scoreboard).exists();
        assertThat(socket).doesNotExist();
    }

    @Test
    void without_workers_all_goes_when_it_is_closed() throws Exception {
        PrivateDirectory directory = PrivateDirectory.ofService("web");
        Files.createFile(directory.resolve(ListenerRecord.FILE));
        Files.createFile(directory.resolve(Scoreboard.FILE));

        directory.close();
        directory.close(); // what others have removed already is no error

        assertThat(expected).doesNotExist();
    }

    @Test
    void one_that_was_removed_is_made_again() throws Exception {
        try (PrivateDirectory directory = PrivateDirectory.ofService("web")) {
            Files.delete(expected);
            assertThat(directory.isThere()).isFalse();

            directory.makeAgain();

            assertThat(directory.isThere()).isTrue();
        }
    }

    @Test
    void long_names_are_told_apart_and_their_paths_are_no_longer_than_those_of_others() throws Exception {
        String sixteen = "sixteen-letters-";
        try (PrivateDirectory one = PrivateDirectory.ofService(sixteen);
                PrivateDirectory another = PrivateDirectory.ofService(sixteen + "1");
                PrivateDirectory third = PrivateDirectory.ofService(sixteen + "2".repeat(48));
                PrivateDirectory usual = PrivateDirectory.create("forkless-")) {
            assertThat(one.path()).hasFileName(sixteen + ".service").isNotEqualTo(another.path());
            assertThat(another.path()).isNotEqualTo(third.path());
            for (PrivateDirectory directory : new PrivateDirectory[] {one, another, third}) {
                assertThat(directory.path().toString().length())
                        .isLessThanOrEqualTo("forkless-1234567-12345678".length()
                                + usual.path().getParent().toString().length()
                                + 1);
            }
        }
    }

    @Test
    void a_path_that_is_too_long_for_a_socket_is_refused_and_what_is_there_is_left_alone() throws Exception {
        Path longPath = Files.createDirectory(runtime.resolve("x".repeat(87)));
        System.setProperty(RuntimeDirectory.PROPERTY, longPath.toString());
        assertRefused("is too long for a Unix-domain socket in it; choose a shorter directory with --runtime-dir or"
                + " FORKLESS_RUNTIME_DIR");
        assertThat(longPath).isEmptyDirectory();

        Path precious = Files.createFile(
                Files.createDirectory(longPath.resolve("web.service")).resolve("precious"));
        assertRefused("is too long for a Unix-domain socket in it; choose a shorter directory with --runtime-dir or"
                + " FORKLESS_RUNTIME_DIR");
        assertThat(precious).exists();
    }

    @Test
    void a_file_in_its_place_is_refused() throws Exception {
        Files.createFile(expected);

        assertRefused("it is not a directory; remove it");
        assertThat(expected).exists();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "to make a symbolic link takes a privilege on Windows")
    void a_link_in_its_place_is_refused() throws Exception {
        Path elsewhere = Files.createDirectory(runtime.resolve("elsewhere"));
        Path socket = Files.createFile(elsewhere.resolve(BootstrapFile.SOCKET_FILE));
        Files.createSymbolicLink(expected, elsewhere);

        assertRefused("it is not a directory; remove it");
        assertThat(socket).as("nobody has followed it").exists();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = NO_POSIX_FILES)
    void one_that_others_may_write_to_is_refused() throws Exception {
        Files.createDirectory(expected);
        Files.setPosixFilePermissions(expected, PosixFilePermissions.fromString("rwxrwx---"));

        assertRefused("others may write to it; forbid that with 'chmod go-w " + expected + "'");
    }

    @Test
    @Tag("root")
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = NO_POSIX_FILES)
    void one_of_somebody_else_is_refused_by_his_name() throws Exception {
        assumeTrue(Privileges.isRoot(), "only root can give a directory away");
        Files.createDirectory(expected);
        Files.setAttribute(expected, "unix:uid", 12345);

        assertRefused("it belongs to 12345 and not to root; have its owner remove it");
    }

    private static void assertRefused(String reason) {
        assertThatThrownBy(() -> PrivateDirectory.ofService("web"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot keep files in ")
                .hasMessageContaining(reason);
    }
}
