package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.Quiescence;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import io.forkless.testing.Client;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The end of a listener: what is queued is served, and nothing is queued any more. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "only Linux has the means for TCP")
@SuppressWarnings("try") // the server is there only to be held
class QuiesceTest {
    private static final PosixListenerProvider PROVIDER = new PosixListenerProvider();
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration SETTLED = Duration.ofMillis(100);
    private static final Duration LONG = Duration.ofSeconds(30);
    /** How often to look for what a race loses. */
    private static final int ROUNDS = Boolean.getBoolean("forkless.full") ? 40 : 5;

    private static final String TCP = "127.0.0.1:0";
    private static final String TCP6 = "[::1]:0";
    private static final String DUAL = "0"; // every address, which IPv4 clients use
    private static final String UNIX = "unix";

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {TCP, TCP6, DUAL, UNIX})
    void without_an_acceptor_what_is_queued_is_still_there_at_the_limit(String where) throws Exception {
        try (SharedListener listener = listen(where);
                SocketChannel queued = SocketChannel.open(addressOf(listener))) {
            long start = System.nanoTime();
            assertThat(listener.quiesce(SHORT).empty()).isFalse();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(SHORT, SHORT.plusSeconds(5));
            assertThat(queued.isConnected()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {TCP, TCP6, DUAL, UNIX})
    void a_queue_that_stays_empty_is_reported_without_waiting_for_the_limit(String where) throws Exception {
        try (SharedListener listener = listen(where)) {
            long start = System.nanoTime();
            assertThat(listener.quiesce(LONG)).isEqualTo(nothingIsQueued(where));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(SETTLED, LONG);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {TCP, TCP6, DUAL, UNIX})
    void what_is_queued_is_served_and_nothing_else_is_queued(String where) throws Exception {
        SharedListener listener = listen(where);
        SocketAddress address = addressOf(listener);
        SharedServerSocketChannel channel = adopt(listener);
        List<Client> queued = Client.connectMany(address, 20);
        for (Client client : queued) {
            EchoServer.send(client.channel());
        }
        assertThat(listener.quiesce(Duration.ZERO).empty()).isFalse();
        assertThatIOException()
                .isThrownBy(() -> new Client(address, 500).close())
                .satisfies(e -> assertThat(e instanceof SocketTimeoutException)
                        .as("a SYN is not answered: %s", e)
                        .isEqualTo(!where.equals(UNIX)));

        try (EchoServer server = new EchoServer(channel, 2)) {
            assertThat(listener.quiesce(LONG)).isEqualTo(nothingIsQueued(where));
            channel.close();
            listener.close();

            for (Client client : queued) {
                assertThat(EchoServer.receive(client.channel())).isTrue();
            }
        }
        Client.closeAll(queued);
    }

    /** By another kind of socket than that of the specification, which the kernel will not do it with. */
    @Test
    void what_the_kernel_refuses_is_reported_with_its_reason_and_does_not_wait_for_the_limit() throws Exception {
        ServerSocketChannel unix = ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(directory.resolve("listener")));
        try (SharedListener listener = PROVIDER.share(ListenSpec.parse(TCP), unix)) {
            assertThat(listener.quiesce(LONG))
                    .isEqualTo(
                            new Quiescence(false, true, "quiesce 127.0.0.1:0: setsockopt IP_MINTTL: EOPNOTSUPP (95)"));
            try (SocketChannel queued = SocketChannel.open(listener.localAddress())) {
                assertThat(queued.isConnected()).isTrue();
                assertThat(listener.quiesce(SHORT).empty()).isFalse();
            }
        }
    }

    @Test
    void connections_that_were_accepted_go_on() throws Exception {
        SharedListener listener = listen(TCP);
        SharedServerSocketChannel channel = adopt(listener);
        try (SocketChannel client = SocketChannel.open(listener.localAddress());
                SocketChannel server = channel.accept()) {
            assertThat(listener.quiesce(LONG)).isEqualTo(nothingIsQueued(TCP));
            channel.close();
            listener.close();

            assertTalking(client, server);
            assertTalking(server, client);
        }
    }

    @Test
    void the_copies_of_other_processes_are_quiet_as_well() throws Exception {
        try (SharedListener listener = listen(TCP);
                WorkerJvm worker = WorkerJvm.start()) {
            worker.adopt(listener);
            worker.tell("serve 1");
            SocketAddress address = listener.localAddress();
            assertThat(Client.servedBy(address)).isEqualTo(worker.pid());

            assertThat(listener.quiesce(LONG)).isEqualTo(nothingIsQueued(TCP));

            assertThatIOException()
                    .isThrownBy(() -> new Client(address, 500).close())
                    .isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void the_port_can_be_listened_on_again() throws Exception {
        SharedListener listener = listen(TCP);
        ListenSpec same = ListenSpec.parse(listener.localAddress().toString().substring(1));
        assertThat(listener.quiesce(LONG)).isEqualTo(nothingIsQueued(TCP));
        listener.close();

        try (SharedListener successor = PROVIDER.listen(same)) {
            new Client(successor.localAddress(), 10_000).close();
        }
    }

    @Test
    void a_unix_path_may_be_a_successors_by_the_time_of_the_close() throws Exception {
        SharedListener listener = listen(UNIX);
        assertThat(listener.quiesce(LONG)).isEqualTo(nothingIsQueued(UNIX));
        try (SharedListener successor = listen(UNIX)) {
            listener.close();

            new Client(successor.localAddress(), 0).close();
        }
    }

    @Test
    void closing_the_listener_ends_the_wait() throws Exception {
        SharedListener listener = listen(TCP);
        try (SocketChannel queued = SocketChannel.open(listener.localAddress())) {
            assertThat(queued.isConnected()).isTrue();
            FutureTask<Quiescence> quiesce = new FutureTask<>(() -> listener.quiesce(LONG));
            Thread thread = new Thread(quiesce, "quiesce");
            thread.start();
            await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);

            listener.close();

            assertThat(quiesce)
                    .failsWithin(10, TimeUnit.SECONDS)
                    .withThrowableThat()
                    .withCauseInstanceOf(ClosedChannelException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {TCP, TCP6, DUAL, UNIX})
    void under_load_no_client_that_has_connected_is_lost(String where) throws Exception {
        long served = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Load load = endUnderLoad(listen(where), 8, true);
            assertThat(load.lost()).as("lost in round %d", round).isEmpty();
            served += load.served();
        }
        assertThat(served).isPositive();
    }

    /** The comparison: it shows that the test above can see a loss. */
    @ParameterizedTest
    @ValueSource(strings = {TCP, TCP6, DUAL, UNIX})
    void under_load_just_closing_the_listener_loses_clients(String where) throws Exception {
        await().pollDelay(Duration.ZERO)
                .atMost(Duration.ofSeconds(60))
                .until(() -> !endUnderLoad(listen(where), 8, false).lost().isEmpty());
    }

    /**
     * The kernel drops the last segment of a handshake for which the queue has no room; it is repeated much later. The
     * backlog is not so small that the kernel answers with SYN cookies, of which there is no trace to wait for.
     */
    @Test
    void a_client_that_met_a_full_queue_is_not_lost_either() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            SharedListener listener = PROVIDER.listen(ListenSpec.parse(TCP).withBacklog(12));
            assertThat(endUnderLoad(listener, 24, true).lost())
                    .as("lost in round %d", round)
                    .isEmpty();
        }
    }

    private static Load endUnderLoad(SharedListener listener, int clients, boolean quiesce) throws Exception {
        SharedServerSocketChannel channel = adopt(listener);
        try (EchoServer server = new EchoServer(channel, 2)) {
            Load load = new Load(addressOf(listener), clients);
            TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextInt(5, 40)); // the load's duration
            if (quiesce) {
                Quiescence end = listener.quiesce(LONG);
                assertThat(end.closed() && end.empty()).as(end.toString()).isTrue();
            }
            channel.close();
            listener.close();
            load.close();
            return load;
        }
    }

    private static Quiescence nothingIsQueued(String where) {
        return new Quiescence(
                true, true, where.equals(UNIX) ? "its path is removed" : "IP_MINTTL holds new clients off");
    }

    private static void assertTalking(SocketChannel one, SocketChannel other) throws IOException {
        one.write(ByteBuffer.wrap(new byte[] {42}));
        assertThat(other.read(ByteBuffer.allocate(1))).isOne();
    }

    private SharedListener listen(String where) throws IOException {
        return PROVIDER.listen(
                where.equals(UNIX)
                        ? ListenSpec.unix(directory.resolve("listener").toString())
                        : ListenSpec.parse(where));
    }

    private static SocketAddress addressOf(SharedListener listener) {
        return listener.localAddress() instanceof InetSocketAddress inet
                        && inet.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress("127.0.0.1", inet.getPort())
                : listener.localAddress();
    }

    private static SharedServerSocketChannel adopt(SharedListener listener) throws IOException {
        return PROVIDER.adopt(listener.ticketFor(ProcessHandle.current()));
    }
}
