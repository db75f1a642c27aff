package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedListener;
import io.forkless.spi.UnixListenSpec;
import io.forkless.testing.Privileges;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may connect to a Unix-domain listener. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "errors and the numbers of users are those of Linux")
@SuppressWarnings("try") // one listener is closed while its resource is open
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

    @ParameterizedTest
    @CsvSource({"1854200513, 1854200513", "4294967294, -2"})
    void numbers_go_up_to_the_highest_of_an_unsigned_integer(String number, int id) throws IOException {
        PathAccess access = PathAccess.of("test", spec().withOwner(number).withGroup(number));
        assertThat(access.uid()).isEqualTo(id);
        assertThat(access.gid()).isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"4294967295", "9999999999", "18542005130"})
    void a_number_that_no_user_can_have_is_reported(String number) {
        assertThatIOException()
                .isThrownBy(() -> PathAccess.of("test", spec().withOwner(number)))
                .withMessage("test: there is no user '" + number + "'");
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

    @Test
    @Tag("root")
    void a_stale_path_that_this_user_may_not_connect_to_is_taken_over() throws Exception {
        assumeTrue(Privileges.canBecomeNobody(), Privileges.REASON);
        try (WorkerJvm nobody = WorkerJvm.startAsNobody(directory);
                ServerSocketChannel stale = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            stale.bind(UnixDomainSocketAddress.of(path()));
            Files.setPosixFilePermissions(path(), Set.of());
            try (SocketChannel client = SocketChannel.open(stale.getLocalAddress());
                    SocketChannel accepted = stale.accept()) {
                stale.close();
                assertThat(List.of(client, accepted)).allMatch(SocketChannel::isConnected);

                assertThat(nobody.ask("run " + WorkerTasks.ListenAsNobody.class.getName()))
                        .isEqualTo(path().toString());
            }
        }
    }

    @Test
    @Tag("root")
    void a_living_listener_that_this_user_may_not_connect_to_is_not_taken_over() throws Exception {
        assumeTrue(Privileges.canBecomeNobody(), Privileges.REASON);
        try (WorkerJvm nobody = WorkerJvm.startAsNobody(directory);
                SharedListener listener = PROVIDER.listen(spec().withMode(0600))) {
            assertThat(nobody.ask("run " + WorkerTasks.FailToListen.class.getName()))
                    .isEqualTo("listen " + spec() + ": bind: EADDRINUSE (98): another process listens there; stop it or"
                            + " choose another address");
            SocketChannel.open(listener.localAddress()).close();
        }
    }

    @Test
    @Tag("root")
    void a_listener_whose_path_cannot_be_removed_is_closed_all_the_same() throws Exception {
        assumeTrue(Privileges.canBecomeNobody(), Privileges.REASON);
        try (WorkerJvm nobody = WorkerJvm.startAsNobody(directory)) {
            nobody.ask("run " + WorkerTasks.ListenAsNobody.class.getName());
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-xr-xr-x"));

            assertThat(nobody.ask("run " + WorkerTasks.FailToClose.class.getName()))
                    .isEqualTo("listen " + spec() + ": unlink: EACCES (13): this user may not remove the path");

            assertThatExceptionOfType(ConnectException.class)
                    .isThrownBy(() -> SocketChannel.open(UnixDomainSocketAddress.of(path())));
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
