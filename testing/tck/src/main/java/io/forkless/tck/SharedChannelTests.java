package io.forkless.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** What an adopted channel promises within its process. */
abstract class SharedChannelTests extends ContractTests {
    /** Beyond this nobody would call it prompt. */
    private static final Duration PROMPTLY = Duration.ofSeconds(3);

    private SharedListener listener;

    SharedChannelTests(ListenerProviderContractTest kit) {
        super(kit);
    }

    @BeforeEach
    final void listenSomewhere() throws IOException {
        listener = listen();
    }

    @Test
    @Checks(Clause.BLOCKING_ACCEPT)
    void an_accepted_connection_is_blocking_and_carries_bytes_both_ways() throws Exception {
        SharedServerSocketChannel channel = adopt(listener);
        Client client = closeLater(Client.connect(listener.localAddress()));
        SocketChannel accepted = closeLater(channel.accept());

        assertThat(channel.isBlocking() && accepted.isBlocking()).isTrue();
        assertThat(accepted.getRemoteAddress()).isEqualTo(client.localAddress());
        assertThat(accepted.getLocalAddress()).isEqualTo(client.remoteAddress());
        assertTalking(client, accepted);
    }

    @Test
    @Checks(Clause.BLOCKING_ACCEPT)
    void any_number_of_threads_may_accept() throws Exception {
        SharedServerSocketChannel channel = adopt(listener);
        for (int round = 0; round < 20; round++) {
            List<FutureTask<SocketChannel>> accepts = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                accepts.add(start(channel::accept));
            }

            List<Client> clients = Client.connectMany(listener.localAddress(), accepts.size());

            for (FutureTask<SocketChannel> accept : accepts) {
                accept.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).close();
            }
            for (Client client : clients) {
                client.close();
            }
        }
    }

    @Test
    @Checks(Clause.BLOCKING_ACCEPT)
    void non_blocking_mode_is_refused_with_the_reason() throws Exception {
        SharedServerSocketChannel channel = adopt(listener);

        assertThatThrownBy(() -> channel.configureBlocking(false))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("blocking only");
        assertThat(channel.isBlocking()).isTrue();
    }

    @Test
    @Checks(Clause.BLOCKING_ACCEPT)
    @EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "there are no virtual threads before 21")
    void a_virtual_thread_may_accept() throws Exception {
        SharedServerSocketChannel channel = adopt(listener);
        FutureTask<SocketChannel> accept = new FutureTask<>(channel::accept);
        Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, accept);

        Client client = closeLater(Client.connect(listener.localAddress()));

        assertTalking(client, closeLater(accept.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)));
    }

    @Test
    @Checks(Clause.PROMPT_CLOSE)
    void close_returns_promptly_and_wakes_every_blocked_accept() throws Exception {
        SharedServerSocketChannel channel = adopt(listener);
        List<FutureTask<SocketChannel>> accepts = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            FutureTask<SocketChannel> accept = new FutureTask<>(channel::accept);
            accepts.add(accept);
            awaitBlockedInAccept(startThread(accept));
        }
        long begin = System.nanoTime();

        channel.close();

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(PROMPTLY);
        assertThat(accepts)
                .allSatisfy(accept -> assertThat(accept)
                        .failsWithin(PATIENCE)
                        .withThrowableThat()
                        .withCauseInstanceOf(AsynchronousCloseException.class));
        assertThatThrownBy(channel::accept).isInstanceOf(ClosedChannelException.class);
        channel.close();
    }

    @Test
    @Checks(Clause.OWN_COPY_ONLY)
    void closing_one_of_two_copies_in_a_process_leaves_the_other_alone() throws Exception {
        SharedServerSocketChannel one = adopt(listener);
        SharedServerSocketChannel other = adopt(listener);
        FutureTask<SocketChannel> accept = new FutureTask<>(other::accept);
        awaitBlockedInAccept(startThread(accept));

        one.close();

        Client client = closeLater(Client.connect(listener.localAddress()));
        assertTalking(client, closeLater(accept.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)));
        // A blocked call may win a connection before the close of its copy wakes it up. The next call cannot.
        Client next = closeLater(Client.connect(listener.localAddress()));
        assertTalking(next, closeLater(start(other::accept).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)));
    }

    @Test
    @Checks(Clause.NO_LOST_CONNECTION)
    void connections_that_were_accepted_outlive_the_channel() throws Exception {
        SharedServerSocketChannel channel = adopt(listener);
        Client client = closeLater(Client.connect(listener.localAddress()));
        SocketChannel accepted = closeLater(channel.accept());

        channel.close();
        listener.close();

        assertTalking(client, accepted);
    }

    @Test
    @Checks(Clause.NO_LOST_CONNECTION)
    void a_connection_accepted_while_the_channel_is_closed_is_delivered() throws Exception {
        List<Client> clients = new ArrayList<>();
        Queue<SocketChannel> accepted = new ConcurrentLinkedQueue<>();
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        for (int round = 0; round < 100; round++) {
            SharedServerSocketChannel channel = adopt(listener);
            Thread acceptor = startThread(() -> acceptAll(channel, accepted, failures));
            FutureTask<Void> close = start(() -> closeSoon(channel));
            clients.addAll(Client.connectMany(listener.localAddress(), 3));
            close.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            acceptor.join();
        }
        // What is neither delivered nor lost is queued, for the supervisor's copy has kept the listener.
        SharedServerSocketChannel last = adopt(listener);
        startThread(() -> acceptAll(last, accepted, failures));

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(accepted).hasSameSizeAs(clients));

        assertThat(failures).isEmpty();
        for (Client client : clients) {
            client.close();
        }
        for (SocketChannel connection : accepted) {
            connection.close();
        }
    }

    @Test
    @Checks(Clause.LAST_HOLDER)
    void a_copy_outlives_the_supervisors_and_the_address_is_free_after_the_last_one() throws Exception {
        SharedServerSocketChannel channel = adopt(listener);
        InetSocketAddress address = (InetSocketAddress) listener.localAddress();
        listener.close();
        Client client = closeLater(Client.connect(address));
        assertTalking(client, closeLater(channel.accept()));

        channel.close();

        awaitFree(specOf(address));
    }

    private static void assertTalking(Client client, SocketChannel accepted) throws IOException {
        client.send("ping");
        ByteBuffer received = ByteBuffer.allocate(4);
        while (received.hasRemaining() && accepted.read(received) >= 0) {
            // until all of it is there
        }
        assertThat(new String(received.array(), StandardCharsets.US_ASCII)).isEqualTo("ping");
        accepted.write(ByteBuffer.wrap("pong".getBytes(StandardCharsets.US_ASCII)));
        assertThat(client.receive(4)).isEqualTo("pong");
    }

    private static void acceptAll(
            SharedServerSocketChannel channel, Queue<SocketChannel> accepted, Queue<Throwable> failures) {
        try {
            while (true) {
                accepted.add(channel.accept());
            }
        } catch (ClosedChannelException e) {
            // as it should be
        } catch (IOException | RuntimeException e) {
            failures.add(e);
        }
    }

    private static Void closeSoon(SharedServerSocketChannel channel) throws IOException {
        long end = System.nanoTime() + ThreadLocalRandom.current().nextInt(400_000);
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        channel.close();
        return null;
    }
}
