package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedListener;
import io.forkless.testing.LinuxProc;
import io.forkless.testing.Privileges;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(value = OS.LINUX, disabledReason = "errors and /proc are those of Linux")
class ListenTest {
    private static final PosixListenerProvider PROVIDER = new PosixListenerProvider();

    @Test
    void the_provider_fits() {
        assertThat(PROVIDER.check().fits()).isTrue();
        assertThat(PROVIDER.check().reason())
                .startsWith("SCM_RIGHTS on Linux")
                .endsWith("; stops: IP_MINTTL holds new clients off");
    }

    @Test
    void a_listener_on_every_address_is_reached_by_ipv4_and_ipv6() throws IOException {
        try (SharedListener listener = PROVIDER.listen(ListenSpec.tcp(null, 0))) {
            assertReachable("127.0.0.1", port(listener));
            assertReachable("::1", port(listener));
            assertInUse(ListenSpec.tcp("0.0.0.0", port(listener)));
        }
    }

    @Test
    void an_unknown_name_is_reported() {
        assertThatIOException()
                .isThrownBy(() -> PROVIDER.listen(ListenSpec.tcp("no-such-host.invalid", 80)))
                .withMessage("listen no-such-host.invalid:80: unknown host 'no-such-host.invalid'");
    }

    @Test
    void a_port_in_use_is_reported() throws IOException {
        try (SharedListener listener = PROVIDER.listen(ListenSpec.tcp("127.0.0.1", 0))) {
            assertInUse(ListenSpec.tcp("127.0.0.1", port(listener)));
        }
    }

    @Test
    void the_wildcard_takes_the_port_of_every_address() throws IOException {
        try (SharedListener listener = PROVIDER.listen(ListenSpec.tcp("0.0.0.0", 0))) {
            assertInUse(ListenSpec.tcp("127.0.0.1", port(listener)));
        }
    }

    @Test
    void two_addresses_may_have_the_same_port() throws IOException {
        try (SharedListener listener = PROVIDER.listen(ListenSpec.tcp("127.0.0.1", 0));
                SharedListener other = PROVIDER.listen(ListenSpec.tcp("127.0.0.2", port(listener)))) {
            assertThat(port(other)).isEqualTo(port(listener));
            assertReachable("127.0.0.1", port(listener));
            assertReachable("127.0.0.2", port(other));
        }
    }

    @Test
    void a_port_with_connections_in_time_wait_can_be_listened_on_again() throws IOException {
        SharedListener listener = PROVIDER.listen(ListenSpec.tcp("127.0.0.1", 0));
        try (var channel = PROVIDER.adopt(listener.ticketFor(ProcessHandle.current()));
                SocketChannel client = SocketChannel.open(listener.localAddress())) {
            channel.accept().close(); // the side that closes first keeps the port in TIME_WAIT
            assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
        ListenSpec same = ListenSpec.tcp("127.0.0.1", port(listener));
        listener.close();

        PROVIDER.listen(same).close();
    }

    @Test
    void an_address_of_another_machine_is_reported() {
        assertThatIOException()
                .isThrownBy(() -> PROVIDER.listen(ListenSpec.tcp("192.0.2.1", 80)))
                .withMessage("listen 192.0.2.1:80: bind: EADDRNOTAVAIL (99): this machine has no such address");
    }

    @Test
    @Tag("root")
    void a_privileged_port_is_reported_with_its_remedy(@TempDir Path directory) throws Exception {
        assumeTrue(Privileges.canBecomeNobody(), Privileges.REASON);
        try (WorkerJvm nobody = WorkerJvm.startAsNobody(directory)) {
            assertThat(nobody.ask("listen 127.0.0.1:1"))
                    .isEqualTo("error: listen 127.0.0.1:1: bind: EACCES (13): ports below 1024 need"
                            + " CAP_NET_BIND_SERVICE or net.ipv4.ip_unprivileged_port_start");
            assertThat(nobody.ask("listen unix:/root-only"))
                    .isEqualTo("error: listen unix:/root-only: bind: EACCES (13): the directory is not writable");
        }
    }

    @Test
    void the_descriptor_is_blocking_and_closed_on_exec() throws IOException {
        try (SharedListener listener = PROVIDER.listen(ListenSpec.tcp("127.0.0.1", 0))) {
            assertThat(LinuxProc.flagsOf(
                            listener.localAddress(), ProcessHandle.current().pid()))
                    .containsExactly(LinuxProc.O_RDWR | LinuxProc.O_CLOEXEC);
        }
    }

    @Test
    void a_failed_listen_leaves_no_descriptor() throws IOException {
        try (SharedListener listener = PROVIDER.listen(ListenSpec.tcp("127.0.0.1", 0))) {
            int before = LinuxProc.openFiles(ProcessHandle.current().pid());
            for (int i = 0; i < 20; i++) {
                assertInUse(ListenSpec.tcp("127.0.0.1", port(listener)));
            }
            LinuxProc.awaitNoMoreOpenFilesThan(before);
        }
    }

    @Test
    void a_closed_listener_can_do_nothing_and_can_be_closed_again() throws IOException {
        SharedListener listener = PROVIDER.listen(ListenSpec.tcp("127.0.0.1", 0));
        listener.close();
        listener.close();

        assertThatIOException()
                .isThrownBy(() -> listener.ticketFor(ProcessHandle.current()))
                .isInstanceOf(ClosedChannelException.class);
        assertThatIOException()
                .isThrownBy(() -> listener.quiesce(Duration.ofSeconds(1)))
                .isInstanceOf(ClosedChannelException.class);
    }

    private static void assertInUse(ListenSpec spec) {
        assertThatIOException()
                .isThrownBy(() -> PROVIDER.listen(spec))
                .withMessage("listen " + spec + ": bind: EADDRINUSE (98): another process listens there; stop it or"
                        + " choose another address");
    }

    private static void assertReachable(String host, int port) throws IOException {
        SocketChannel.open(new InetSocketAddress(host, port)).close();
    }

    private static int port(SharedListener listener) {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }
}
