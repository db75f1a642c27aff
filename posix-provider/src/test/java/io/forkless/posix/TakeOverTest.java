package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

import com.sun.jna.Memory;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.Quiescence;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import io.forkless.testing.Client;
import io.forkless.testing.LinuxProc;
import io.forkless.testing.PosixSignals;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hand-off from a worker to the supervisor that comes after the one which has opened the listener. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "options and tables are those of Linux")
class TakeOverTest {
    private static final PosixListenerProvider PROVIDER = new PosixListenerProvider();
    private static final ProcessHandle SELF = ProcessHandle.current();
    private static final ListenSpec ANY_PORT = ListenSpec.tcp("127.0.0.1", 0);
    private static final int NONE = 0;
    private static final int HIGHEST = 255;
    private static final String UNREACHABLE =
            ": clients cannot reach it any more: its path was removed, or is somebody else's by now";

    @TempDir
    Path directory;

    @Test
    void who_does_not_know_the_nonce_gets_nothing_and_a_ticket_is_used_once() throws Exception {
        try (SharedListener first = PROVIDER.listen(ANY_PORT);
                SharedServerSocketChannel channel = adopt(first)) {
            byte[] ticket = channel.ticketFor(SELF);
            TicketPayload payload = TicketPayload.decode("test", ticket);
            byte[] wrong = payload.nonce().clone();
            wrong[0] ^= 1;

            assertThatIOException()
                    .isThrownBy(() -> PROVIDER.takeOver(ANY_PORT, new TicketPayload(wrong, payload.socket()).encode()))
                    .withMessage(
                            "take over 127.0.0.1:0: the process that made the ticket refused: it is stale, was used"
                                    + " before or was made for another process");
            PROVIDER.takeOver(ANY_PORT, ticket).close();
            assertThatIOException()
                    .isThrownBy(() -> PROVIDER.takeOver(ANY_PORT, ticket))
                    .withMessageContaining("was used before");
        }
    }

    @Test
    void another_process_than_the_ticket_was_made_for_is_refused() throws Exception {
        try (SharedListener first = PROVIDER.listen(ANY_PORT);
                SharedServerSocketChannel channel = adopt(first);
                WorkerJvm other = WorkerJvm.start()) {
            byte[] ticket = channel.ticketFor(SELF);

            assertThat(other.ask("take-over 127.0.0.1:0 " + HexFormat.of().formatHex(ticket)))
                    .startsWith("error: take over 127.0.0.1:0: the process that made the ticket refused");

            PROVIDER.takeOver(ANY_PORT, ticket).close();
        }
    }

    @Test
    void what_a_killed_worker_leaves_of_a_hand_off_is_removed() throws Exception {
        byte[] ticket;
        try (SharedListener first = PROVIDER.listen(ANY_PORT);
                WorkerJvm worker = WorkerJvm.start()) {
            worker.adopt(first);
            ticket = workersTicket(worker);
        }
        Path socket = TicketPayload.decode("test", ticket).socket();
        assertThat(socket).exists();

        assertStale(ticket);

        assertThat(socket.getParent()).doesNotExist();
    }

    /** It waits as long as a supervisor does. */
    @Test
    @Tag("long")
    void a_frozen_worker_is_not_waited_for_for_ever_and_serves_when_it_goes_on() throws Exception {
        try (SharedListener first = PROVIDER.listen(ANY_PORT);
                WorkerJvm worker = WorkerJvm.start()) {
            worker.adopt(first);
            byte[] ticket = workersTicket(worker);
            PosixSignals.stop(worker.pid());

            assertThatIOException()
                    .isThrownBy(() -> PROVIDER.takeOver(ANY_PORT, ticket))
                    .withMessage(
                            "take over 127.0.0.1:0: no answer from the process that made the ticket within 10000 ms");

            PosixSignals.send("CONT", worker.pid());
            try (SharedListener next = PROVIDER.takeOver(ANY_PORT, workersTicket(worker))) {
                assertThat(next.localAddress()).isEqualTo(first.localAddress());
            }
        }
    }

    @Test
    void closing_the_channel_ends_its_tickets_and_frees_the_port_at_once() throws Exception {
        SharedListener first = PROVIDER.listen(ANY_PORT);
        ListenSpec same = specOf(first);
        SharedServerSocketChannel channel = adopt(first);
        first.leave();
        byte[] ticket = channel.ticketFor(SELF);

        channel.close();

        assertStale(ticket);
        assertThatIOException().isThrownBy(() -> channel.ticketFor(SELF)).isInstanceOf(ClosedChannelException.class);
        PROVIDER.listen(same).close();
    }

    @Test
    void a_hundred_hand_offs_leave_nothing() throws Exception {
        try (SharedListener first = PROVIDER.listen(ANY_PORT);
                SharedServerSocketChannel channel = adopt(first)) {
            for (int i = 0; i < 20; i++) { // what the JVM opens and loads once
                PROVIDER.takeOver(ANY_PORT, channel.ticketFor(SELF)).close();
            }
            awaitNoHandOff();
            int before = LinuxProc.openFiles(SELF.pid());
            for (int i = 0; i < 100; i++) {
                PROVIDER.takeOver(ANY_PORT, channel.ticketFor(SELF)).close();
            }
            awaitNoHandOff();
            LinuxProc.awaitNoMoreOpenFilesThan(before);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:0", "[::1]:0", "0"})
    void what_held_new_clients_off_is_undone(String where) throws Exception {
        ListenSpec spec = ListenSpec.parse(where);
        NativeSocket opened = ListeningSocket.open(spec);
        NativeSocket probe = opened.duplicate("test");
        SharedListener first = PosixListener.opened(spec, opened);
        try (SharedServerSocketChannel channel = adopt(first)) {
            assertThat(first.quiesce(Duration.ZERO).closed()).isTrue();
            assertMinimum(HIGHEST, probe, where);
            first.leave();

            try (SharedListener next = PROVIDER.takeOver(spec, channel.ticketFor(SELF))) {
                assertMinimum(NONE, probe, where);
                int port = ((InetSocketAddress) next.localAddress()).getPort();
                InetSocketAddress address = new InetSocketAddress(where.startsWith("[") ? "::1" : "127.0.0.1", port);
                try (EchoServer server = new EchoServer(channel, 1);
                        Client client = new Client(address, 10_000)) {
                    EchoServer.send(client.channel());
                    assertThat(EchoServer.receive(client.channel()))
                            .as("echo of %s", server)
                            .isTrue();
                }
                assertThat(next.quiesce(Duration.ofSeconds(30)))
                        .isEqualTo(new Quiescence(true, true, MinimumTtl.MEANS));
            }
        } finally {
            probe.close();
        }
    }

    @Test
    void what_a_service_manager_has_opened_is_taken_over_without_a_specification() throws Exception {
        Path path = directory.resolve("listener");
        SharedListener first = PROVIDER.listen(ListenSpec.unix(path.toString()));
        try (SharedServerSocketChannel channel = adopt(first)) {
            first.close(); // with its path, which in the service manager's view may be there

            try (SharedListener next = PROVIDER.takeOver(null, channel.ticketFor(SELF))) {
                assertThat(next.localAddress()).isEqualTo(UnixDomainSocketAddress.of(path));
                assertThat(next.quiesce(Duration.ZERO).reason()).contains("the next one who serves from it");
            }
        }
    }

    @Test
    void a_listener_that_was_left_keeps_its_path_and_none_of_its_tickets() throws Exception {
        Path path = directory.resolve("listener");
        SharedListener first = PROVIDER.listen(ListenSpec.unix(path.toString()));
        try (SharedServerSocketChannel channel = adopt(first)) {
            byte[] ticket = first.ticketFor(SELF);

            first.leave();
            first.close();

            assertThatIOException().isThrownBy(() -> PROVIDER.adopt(ticket)).withMessageContaining("stale");
            try (EchoServer server = new EchoServer(channel, 1);
                    Client client = new Client(UnixDomainSocketAddress.of(path))) {
                EchoServer.send(client.channel());
                assertThat(EchoServer.receive(client.channel()))
                        .as("echo of %s", server)
                        .isTrue();
            }
        }
    }

    @Test
    void a_path_that_leads_to_another_process_is_left_to_it() throws Exception {
        Path path = directory.resolve("listener");
        ListenSpec spec = ListenSpec.unix(path.toString());
        try (SharedListener first = PROVIDER.listen(spec);
                SharedServerSocketChannel channel = adopt(first);
                WorkerJvm other = WorkerJvm.start()) {
            Files.delete(path);
            assertUnreachable(spec, channel);
            other.tell("listen " + spec);

            assertUnreachable(spec, channel);

            SocketChannel.open(UnixDomainSocketAddress.of(path)).close();
            other.kill();
            assertUnreachable(spec, channel); // nobody listens there
            assertThat(path).exists();
        }
    }

    @Test
    void a_path_with_a_socket_of_another_kind_is_left_alone() throws Exception {
        Path path = directory.resolve("listener");
        ListenSpec spec = ListenSpec.unix(path.toString());
        NativeSocket datagrams = NativeSocket.unbound("test", Abi.AF_UNIX, Abi.SOCK_DGRAM);
        try (SharedListener first = PROVIDER.listen(spec);
                SharedServerSocketChannel channel = adopt(first)) {
            Files.delete(path);
            ListeningSocket.bind("test", datagrams, UnixDomainSocketAddress.of(path));

            assertUnreachable(spec, channel);
        } finally {
            datagrams.close();
        }
        assertThat(path).exists();
    }

    @Test
    void a_path_whose_queue_is_full_or_that_this_user_may_not_write_to_is_taken_over() throws Exception {
        Path path = directory.resolve("listener");
        ListenSpec spec = ListenSpec.unix(path.toString()).withBacklog(1);
        List<SocketChannel> queued = new ArrayList<>();
        try (SharedListener first = PROVIDER.listen(spec);
                SharedServerSocketChannel channel = adopt(first)) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("---------"));
            PROVIDER.takeOver(spec, channel.ticketFor(SELF)).leave();
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
            while (connectsAtOnce(path, queued)) {
                assertThat(queued).hasSizeLessThan(100);
            }

            PROVIDER.takeOver(spec, channel.ticketFor(SELF)).leave();
        }
        for (SocketChannel client : queued) {
            client.close();
        }
    }

    private static boolean connectsAtOnce(Path path, List<SocketChannel> clients) throws IOException {
        SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
        clients.add(client);
        client.configureBlocking(false);
        try {
            return client.connect(UnixDomainSocketAddress.of(path));
        } catch (SocketException e) {
            return false; // EAGAIN
        }
    }

    private static void assertUnreachable(ListenSpec spec, SharedServerSocketChannel channel) {
        assertThatIOException()
                .isThrownBy(() -> PROVIDER.takeOver(spec, channel.ticketFor(SELF)))
                .withMessage("take over " + spec + UNREACHABLE);
    }

    private static void assertStale(byte[] ticket) {
        assertThatIOException()
                .isThrownBy(() -> PROVIDER.takeOver(ANY_PORT, ticket))
                .withMessage("take over 127.0.0.1:0: the ticket is stale or was used before");
    }

    /** Of the open file description, which all holders share. */
    private static void assertMinimum(int hops, NativeSocket socket, String where) throws IOException {
        assertThat(option(socket, Abi.IPPROTO_IP, Abi.CURRENT.ipMinTtl())).isEqualTo(hops);
        if (!where.startsWith("127")) {
            assertThat(option(socket, Abi.IPPROTO_IPV6, Abi.CURRENT.ipv6MinHopCount()))
                    .isEqualTo(hops);
        }
    }

    private static int option(NativeSocket socket, int level, int option) throws IOException {
        try (Memory value = new Memory(4)) {
            socket.getOption("test", Integer.toString(option), level, option, value);
            return value.getInt(0);
        }
    }

    private static byte[] workersTicket(WorkerJvm worker) throws Exception {
        return HexFormat.of().parseHex(worker.ask("worker-ticket " + SELF.pid()));
    }

    private static SharedServerSocketChannel adopt(SharedListener listener) throws IOException {
        return PROVIDER.adopt(listener.ticketFor(SELF));
    }

    private static ListenSpec specOf(SharedListener listener) {
        return ListenSpec.parse(listener.localAddress().toString().substring(1));
    }

    private static void awaitNoHandOff() {
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("forkless-hand-off")));
    }
}
