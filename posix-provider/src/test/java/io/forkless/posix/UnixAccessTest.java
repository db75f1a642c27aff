package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedListener;
import io.forkless.spi.UnixListenSpec;
import io.forkless.testing.Privileges;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may connect to a Unix-domain listener. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "errors and the numbers of users are those of Linux")
class UnixAccessTest {
    private static final PosixListenerProvider PROVIDER = new PosixListenerProvider();

    @TempDir
    Path directory;

    @Test
    void the_owner_and_the_group_may_connect_unless_told() throws IOException {
        try (SharedListener listener = PROVIDER.listen(spec())) {
            assertThat(permissions()).isEqualTo(PosixFilePermissions.fromString("rw-rw----"));
            SocketChannel.open(listener.localAddress()).close();
        }
    }

    @ParameterizedTest
    @CsvSource({"0600, rw-------", "0666, rw-rw-rw-", "0777, rwxrwxrwx", "0, ---------"})
    void the_mode_is_the_one_that_was_asked_for_whatever_the_umask(String octal, String expected) throws IOException {
        try (SharedListener listener = PROVIDER.listen(spec().withMode(Integer.parseInt(octal, 8)))) {
            assertThat(listener.localAddress()).isEqualTo(UnixDomainSocketAddress.of(path()));
            assertThat(permissions()).isEqualTo(PosixFilePermissions.fromString(expected));
        }
    }

    @Test
    void users_and_groups_have_names_and_numbers() throws IOException {
        int uid = (int) Files.getAttribute(directory, "unix:uid");
        int gid = (int) Files.getAttribute(directory, "unix:gid");
        UnixListenSpec byName = spec().withOwner(Files.getOwner(directory).getName());
        for (UnixListenSpec spec : Set.of(byName, spec().withOwner("" + uid), spec().withGroup("" + gid))) {
            try (SharedListener listener = PROVIDER.listen(spec)) {
                assertThat(listener.localAddress()).isEqualTo(UnixDomainSocketAddress.of(path()));
                assertThat(Files.getAttribute(path(), "unix:uid")).isEqualTo(uid);
                assertThat(Files.getAttribute(path(), "unix:gid")).isEqualTo(gid);
            }
        }
    }

    @Test
    void an_unknown_user_or_group_is_reported_and_no_path_is_made() {
        assertThatIOException()
                .isThrownBy(() -> PROVIDER.listen(spec().withOwner("no-such-user")))
                .withMessage("listen " + spec() + ": there is no user 'no-such-user'");
        assertThatIOException()
                .isThrownBy(() -> PROVIDER.listen(spec().withGroup("no-such-group")))
                .withMessage("listen " + spec() + ": there is no group 'no-such-group'");
        assertThat(path()).doesNotExist();
    }

    @Test
    @Tag("root")
    void root_gives_the_path_to_a_user_and_a_group() throws IOException {
        assumeTrue(Privileges.canBecomeNobody(), Privileges.REASON);
        try (SharedListener listener =
                PROVIDER.listen(spec().withOwner("nobody").withGroup("12345").withMode(0640))) {
            assertThat(listener.localAddress()).isEqualTo(UnixDomainSocketAddress.of(path()));
            assertThat(Files.getAttribute(path(), "unix:uid")).isEqualTo(65534);
            assertThat(Files.getAttribute(path(), "unix:gid")).isEqualTo(12345);
            assertThat(permissions()).isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
        }
    }

    @Test
    @Tag("root")
    void an_ordinary_user_cannot_give_the_path_away_and_none_is_left() throws Exception {
        assumeTrue(Privileges.canBecomeNobody(), Privileges.REASON);
        try (WorkerJvm nobody = WorkerJvm.startAsNobody(directory)) {
            assertThat(nobody.ask("run " + WorkerTasks.GivePathsAway.class.getName())
                            .split("\\|"))
                    .containsExactly(notGivenTo("root"), notGivenTo(":root"), notGivenTo("root:root"));
            assertThat(path()).doesNotExist();
            assertThat(nobody.ask("run " + WorkerTasks.ListenAsNobody.class.getName()))
                    .isEqualTo(path().toString());
            assertThat(permissions()).isEqualTo(PosixFilePermissions.fromString("rw-rw----"));
        }
    }

    private String notGivenTo(String owner) {
        return "listen " + spec() + ": chown " + owner
                + ": EPERM (1): only root may give a path to another user, and only a" + " member to another group";
    }

    private Set<PosixFilePermission> permissions() throws IOException {
        return Files.getPosixFilePermissions(path());
    }

    private UnixListenSpec spec() {
        return ListenSpec.unix(path().toString());
    }

    private Path path() {
        return directory.resolve("listener");
    }
}
