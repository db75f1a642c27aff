package io.forkless.windows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.jna.Memory;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Listening, tickets and the adopted channel within one process. */
@EnabledOnOs(value = OS.WINDOWS, disabledReason = "these are calls of Windows")
class WindowsListenerTest {
    private static final WindowsListenerProvider PROVIDER = new WindowsListenerProvider();
    private static final ListenSpec ANY_PORT = ListenSpec.tcp("127.0.0.1", 0);

    @Test
    void it_fits() {
        assertThat(PROVIDER.check().fits()).as("%s", PROVIDER.check()).isTrue();
    }

    @Test
    void a_port_in_use_is_an_error_with_its_name() throws Exception {
        try (SharedListener first = PROVIDER.listen(ANY_PORT)) {
            ListenSpec same = ListenSpec.tcp("127.0.0.1", port(first));

            assertThatIOException()
                    .isThrownBy(() -> PROVIDER.listen(same))
                    .withMessageMatching(
                            "listen 127.0.0.1:\\d+: bind: WSAE(ADDRINUSE \\(10048\\)|ACCES \\(10013\\)): .*");
        }
    }

    @Test
    void an_unknown_host_and_a_unix_path_are_refused() {
        assertThatIOException()
                .isThrownBy(() -> PROVIDER.listen(ListenSpec.tcp("no-such-host.invalid", 1)))
                .withMessage("listen no-such-host.invalid:1: unknown host 'no-such-host.invalid'");
        assertThatIOException()
                .isThrownBy(() -> PROVIDER.listen(ListenSpec.unix("x")))
                .withMessageContaining("Unix-domain listeners are not available on Windows");
    }

    @Test
    void a_connection_that_was_won_in_a_race_with_close_is_delivered() throws Exception {
        for (int round = 0; round < 100; round++) {
            try (SharedListener listener = PROVIDER.listen(ANY_PORT)) {
                SharedServerSocketChannel channel = adopt(listener);
                FutureTask<SocketChannel> waiting = accepting(channel);
                await().until(() -> ((WindowsServerSocketChannel) channel).pendingAccepts() == 1);
                FutureTask<SocketChannel> connecting = new FutureTask<>(() -> connect(port(listener)));
                new Thread(connecting, "client").start();

                channel.close();

                try (SocketChannel client = connecting.get(30, TimeUnit.SECONDS);
                        SharedServerSocketChannel other = adopt(listener);
                        SocketChannel server = wonOr(other, waiting)) {
                    assertTalking(server, client);
                }
            }
        }
    }

    @Test
    void who_is_queued_when_the_channel_closes_can_still_be_served() throws Exception {
        SharedListener listener = PROVIDER.listen(ANY_PORT);
        try (SharedServerSocketChannel channel = adopt(listener);
                SocketChannel first = connect(port(listener));
                SocketChannel second = connect(port(listener))) {
            List<SocketChannel> taken = new ArrayList<>();
            channel.close(taken::add);
            listener.close();

            assertThat(taken).hasSize(2);
            for (SocketChannel connection : taken) {
                connection.write(ByteBuffer.wrap(new byte[] {7}));
                connection.close();
            }
            assertThat(first.read(ByteBuffer.allocate(1))).isEqualTo(1);
            assertThat(second.read(ByteBuffer.allocate(1))).isEqualTo(1);
            assertThatThrownBy(channel::accept).isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void a_server_that_cannot_take_who_is_queued_gives_the_listener_up_all_the_same() throws Exception {
        SharedListener listener = PROVIDER.listen(ANY_PORT);
        int port = port(listener);
        SharedServerSocketChannel channel = adopt(listener);
        List<SocketChannel> dropped = new ArrayList<>();
        try (SocketChannel client = connect(port)) {
            assertThatThrownBy(() -> channel.close(connection -> {
                        dropped.add(connection);
                        throw new IllegalStateException("no room");
                    }))
                    .hasMessage("no room");
            dropped.get(0).close();
            listener.close();

            assertThat(client.read(ByteBuffer.allocate(1))).isNegative();
            assertThatIOException().isThrownBy(() -> connect(port));
        }
    }

    @Test
    void a_ticket_works_once_for_its_process_and_while_it_is_valid() throws Exception {
        try (SharedListener listener = PROVIDER.listen(ANY_PORT)) {
            byte[] once = listener.ticketFor(ProcessHandle.current());
            PROVIDER.adopt(once).close();
            assertThatIOException().isThrownBy(() -> PROVIDER.adopt(once)).withMessageContaining("used before");

            long self = ProcessHandle.current().pid();
            byte[] info = new byte[Winsock.PROTOCOL_INFO_SIZE];
            assertThatIOException()
                    .isThrownBy(() -> PROVIDER.adopt(WindowsTicket.make(self + 4, Duration.ofSeconds(9), info)))
                    .withMessage("adopt: the ticket was made for process " + (self + 4));
            assertThatIOException()
                    .isThrownBy(() -> PROVIDER.adopt(WindowsTicket.make(self, Duration.ofSeconds(-1), info)))
                    .withMessage("adopt: the ticket is stale");
            assertThatIOException()
                    .isThrownBy(() -> PROVIDER.adopt(new byte[3]))
                    .withMessage("adopt: not a ticket of the windows provider");
        }
    }

    @Test
    void a_channel_of_the_jdk_is_shared_and_nothing_else_keeps_it_open() throws Exception {
        ServerSocketChannel opened = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
        InetSocketAddress address = (InetSocketAddress) opened.getLocalAddress();
        try (SharedListener listener = PROVIDER.share(ANY_PORT, opened);
                SharedServerSocketChannel channel = adopt(listener);
                SocketChannel client = connect(address.getPort())) {
            assertThat(opened.isOpen()).isFalse();
            assertThat(listener.localAddress()).isEqualTo(address);
            try (SocketChannel accepted = channel.accept()) {
                assertThat(accepted.getRemoteAddress()).isEqualTo(client.getLocalAddress());
            }
        }
        PROVIDER.listen(ListenSpec.tcp("127.0.0.1", address.getPort())).close();
    }

    @Test
    void what_cannot_be_shared_is_refused_and_closed() throws Exception {
        ServerSocketChannel nonBlocking = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
        nonBlocking.configureBlocking(false);
        ServerSocketChannel unbound = ServerSocketChannel.open();

        assertThatIOException()
                .isThrownBy(() -> PROVIDER.share(ANY_PORT, nonBlocking))
                .withMessage("listen 127.0.0.1:0: the channel is non-blocking");
        assertThatIOException()
                .isThrownBy(() -> PROVIDER.share(ANY_PORT, unbound))
                .withMessage("listen 127.0.0.1:0: the socket does not listen");

        assertThat(nonBlocking.isOpen() || unbound.isOpen()).isFalse();
    }

    @Test
    void random_bytes_are_refused_with_the_error_of_winsock() {
        byte[] info = new byte[Winsock.PROTOCOL_INFO_SIZE];
        new java.util.Random(7).nextBytes(info);
        byte[] forged = WindowsTicket.make(ProcessHandle.current().pid(), Duration.ofSeconds(9), info);

        assertThatIOException()
                .isThrownBy(() -> PROVIDER.adopt(forged))
                .withMessageMatching("adopt: \\w+: WSAE\\w+ \\(\\d+\\)");
    }

    @Test
    void a_process_that_does_not_exist_gets_no_ticket() throws Exception {
        try (SharedListener listener = PROVIDER.listen(ANY_PORT);
                TestJvm gone = TestJvm.start()) {
            gone.kill();

            assertThatIOException()
                    .isThrownBy(() -> listener.ticketFor(gone.handle()))
                    .withMessage("hand-off to pid " + gone.pid() + ": the process has ended");
        }
        NativeSocket socket = NativeSocket.open("test", Winsock.AF_INET);
        assertThatIOException()
                .isThrownBy(() -> socket.duplicateFor("test", 0x7ffffffc))
                .withMessage("test: WSADuplicateSocketW: WSAEINVAL (10022)");
        socket.close();
        assertThatIOException()
                .isThrownBy(() ->
                        socket.duplicateFor("test", ProcessHandle.current().pid()))
                .withMessage("test: WSADuplicateSocketW: WSAENOTSOCK (10038)");
        SharedListener closed = PROVIDER.listen(ANY_PORT);
        closed.close();
        assertThatThrownBy(() -> closed.ticketFor(ProcessHandle.current())).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void adopting_and_closing_again_and_again_leaks_no_handle_and_holds_no_port() throws Exception {
        int port;
        try (SharedListener listener = PROVIDER.listen(ANY_PORT)) {
            port = port(listener);
            adoptAcceptClose(listener, 20); // what is made once is made
            int before = handles();

            adoptAcceptClose(listener, 200);

            assertThat(handles()).isLessThan(before + 20);
        }
        PROVIDER.listen(ListenSpec.tcp("127.0.0.1", port)).close();
    }

    private static void adoptAcceptClose(SharedListener listener, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            try (SharedServerSocketChannel channel = adopt(listener)) {
                FutureTask<SocketChannel> waiting = accepting(channel);
                try (SocketChannel client = connect(port(listener));
                        SocketChannel server = waiting.get(30, TimeUnit.SECONDS)) {
                    assertThat(client.isConnected() && server.isConnected()).isTrue();
                }
            }
        }
    }

    private static int handles() {
        try (Memory count = new Memory(4)) {
            TestKernel32 k = TestKernel32.INSTANCE;
            assertThat(k.GetProcessHandleCount(k.GetCurrentProcess(), count)).isTrue();
            return count.getInt(0);
        }
    }

    /** The connection that the accept has won, or else the one that stayed in the queue. */
    private static SocketChannel wonOr(SharedServerSocketChannel other, FutureTask<SocketChannel> waiting)
            throws Exception {
        try {
            return waiting.get(30, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(AsynchronousCloseException.class);
            return other.accept();
        }
    }

    private static SharedServerSocketChannel adopt(SharedListener listener) throws IOException {
        return PROVIDER.adopt(listener.ticketFor(ProcessHandle.current()));
    }

    private static FutureTask<SocketChannel> accepting(SharedServerSocketChannel channel) {
        FutureTask<SocketChannel> task = new FutureTask<>(channel::accept);
        Thread thread = new Thread(task, "acceptor");
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    private static SocketChannel connect(int port) throws IOException {
        return SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
    }

    private static int port(SharedListener listener) {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    private static void assertTalking(SocketChannel one, SocketChannel other) throws IOException {
        one.write(ByteBuffer.wrap(new byte[] {42}));
        assertThat(other.read(ByteBuffer.allocate(1))).isOne();
    }
}
