package io.forkless.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.forkless.testing.ChildJvm;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.ShortTempDir;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class PrivateDirectoryTest {
    @TempDir(factory = ShortTempDir.class)
    Path temporary;

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has access lists in place of modes")
    void only_the_owner_can_enter() throws Exception {
        try (PrivateDirectory directory = PrivateDirectory.create("forkless-")) {
            assertThat(directory.path()).isDirectory().isAbsolute().hasParent(RuntimeDirectory.path());
            assertThat(directory.path().getFileName().toString()).startsWith("forkless-");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.path())))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void two_directories_are_never_the_same() throws Exception {
        try (PrivateDirectory one = PrivateDirectory.create("forkless-");
                PrivateDirectory other = PrivateDirectory.create("forkless-")) {
            assertThat(one.path()).isNotEqualTo(other.path());
        }
    }

    @Test
    void closing_removes_the_files_and_the_directory() throws Exception {
        PrivateDirectory directory = PrivateDirectory.create("forkless-");
        Files.writeString(directory.resolve("one"), "1");
        Files.writeString(directory.resolve("two"), "2");

        directory.close();
        directory.close(); // what others have removed already is no error

        assertThat(directory.path()).doesNotExist();
    }

    @Test
    void closing_never_removes_a_directory_in_it_that_holds_something() throws Exception {
        PrivateDirectory directory = PrivateDirectory.create("forkless-");
        Path foreign = Files.createDirectory(directory.resolve("foreign"));
        Path file = Files.writeString(foreign.resolve("precious"), "data");

        assertThatExceptionOfType(DirectoryNotEmptyException.class).isThrownBy(directory::close);

        assertThat(file).hasContent("data");
        Files.delete(file);
        directory.close();
    }

    @Test
    void a_path_that_is_too_long_for_a_socket_is_refused_and_not_left_behind() throws Exception {
        Path longPath = Files.createDirectory(temporary.resolve("x".repeat(87)));

        String said = createInAnotherJvm(Map.of(RuntimeDirectory.ENVIRONMENT, longPath.toString()), List.of());

        assertThat(said)
                .startsWith("cannot keep files in " + longPath)
                .endsWith("is too long for a Unix-domain socket in it; choose a shorter directory with --runtime-dir or"
                        + " FORKLESS_RUNTIME_DIR");
        assertThat(longPath).isEmptyDirectory();
    }

    @Test
    void it_is_below_the_directory_that_the_operator_has_chosen() throws Exception {
        assertThat(createInAnotherJvm(Map.of(RuntimeDirectory.ENVIRONMENT, temporary.toString()), List.of()))
                .isEqualTo("made below " + temporary.toAbsolutePath());
    }

    @Test
    void the_rest_of_the_environment_does_not_matter() throws Exception {
        Path tmpdir = Files.createDirectory(temporary.resolve("tmp"));
        Map<String, String> environment = Map.of(
                "XDG_RUNTIME_DIR",
                temporary.toString(),
                "TMPDIR",
                temporary.toString(),
                "HOME",
                temporary.toString(),
                "USER",
                "somebody",
                RuntimeDirectory.ENVIRONMENT,
                "");

        assertThat(createInAnotherJvm(environment, List.of("-Djava.io.tmpdir=" + tmpdir)))
                .isEqualTo("made below " + tmpdir.resolve(UserId.isKnown() ? "forkless-" + UserId.ours() : "forkless"));
        assertThat(tmpdir).isEmptyDirectory();
    }

    @Test
    void one_that_was_removed_with_the_runtime_directory_is_made_again_at_the_same_path() throws Exception {
        try (PrivateDirectory directory = PrivateDirectory.create("forkless-test-")) {
            assertThat(directory.isThere()).isTrue();
            Files.delete(directory.path());
            RuntimeDirectory.removeIfEmpty(directory.path().getParent());
            assertThat(directory.isThere()).isFalse();

            directory.makeAgain();

            assertThat(directory.isThere()).isTrue();
            assertThat(directory.path()).isEmptyDirectory();
            if (UserId.isKnown()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.path())))
                        .isEqualTo("rwx------");
            }
        }
    }

    @Test
    void it_is_touched_with_the_runtime_directory() throws Exception {
        try (PrivateDirectory directory = PrivateDirectory.create("forkless-test-")) {
            directory.touch(FileTime.fromMillis(0));

            for (Path path : List.of(directory.path(), directory.path().getParent())) {
                assertThat(Files.getLastModifiedTime(path)).isEqualTo(FileTime.fromMillis(0));
            }
        }
    }

    private static String createInAnotherJvm(Map<String, String> environment, List<String> flags) throws Exception {
        try (ChildJvm jvm =
                ChildJvm.start(environment, JavaProgram.of(CreateProgram.class).options(flags))) {
            assertThat(jvm.awaitExit()).as(jvm.output()).isZero();
            return jvm.output().strip();
        }
    }

    /** Makes a private directory, says where, and removes it. */
    static final class CreateProgram {
        private CreateProgram() {}

        public static void main(String[] arguments) {
            try (PrivateDirectory directory = PrivateDirectory.create("forkless-")) {
                System.out.println("made below " + directory.path().getParent());
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
