package io.forkless.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SharedServerSocketChannelTest {
    private static final int ACCEPTORS = 8;

    private final List<SocketChannel> opened = new ArrayList<>();
    private LoopbackChannel channel;

    @BeforeEach
    void open() throws IOException {
        channel = new LoopbackChannel();
    }

    @AfterEach
    void close() throws IOException {
        channel.close();
        for (SocketChannel connection : opened) {
            connection.close();
        }
    }

    @Test
    void many_threads_accept_and_every_connection_is_accepted_once() throws Exception {
        List<FutureTask<SocketChannel>> acceptors = startAcceptors();

        Set<Object> clients = new HashSet<>();
        for (int i = 0; i < ACCEPTORS; i++) {
            clients.add(connect().getLocalAddress());
        }

        Set<Object> accepted = new HashSet<>();
        for (FutureTask<SocketChannel> acceptor : acceptors) {
            SocketChannel connection = acceptor.get(30, TimeUnit.SECONDS);
            opened.add(connection);
            assertThat(connection.isBlocking()).isTrue();
            accepted.add(connection.getRemoteAddress());
        }
        assertThat(accepted).isEqualTo(clients).hasSize(ACCEPTORS);
    }

    @Test
    void close_wakes_every_blocked_acceptor_with_the_same_exception() throws Exception {
        List<FutureTask<SocketChannel>> acceptors = startAcceptors();

        channel.close();

        for (FutureTask<SocketChannel> acceptor : acceptors) {
            // Of the acceptors but one, each waits for its turn in the JDK's channel and not in the system.
            assertThat(acceptor)
                    .failsWithin(30, TimeUnit.SECONDS)
                    .withThrowableThat()
                    .withCauseInstanceOf(AsynchronousCloseException.class);
        }
    }

    @Test
    void an_accept_after_close_is_refused_and_a_second_close_does_nothing() throws Exception {
        channel.close();
        channel.close();

        assertThatExceptionOfType(ClosedChannelException.class).isThrownBy(channel::accept);
        assertThat(channel.calls).hasValue(0);
        assertThat(channel.releases).hasValue(1);
        assertThat(channel.isOpen()).isFalse();
        assertThat(channel).hasToString("LoopbackChannel[closed]");
    }

    @Test
    void an_accept_on_a_platform_thread_stays_on_it() throws Exception {
        accept();

        assertThat(channel.acceptors).containsExactly(Thread.currentThread());
    }

    @Test
    void a_connection_is_treated_as_one_of_a_quiesced_listener_until_somebody_says_when_there_are_some()
            throws Exception {
        AtomicBoolean quiescing = new AtomicBoolean();
        SocketChannel unknown = accept();
        channel.quiescingWhen(quiescing::get);
        accept();
        accept();
        quiescing.set(true);
        SocketChannel last = accept();

        assertThat(channel.whileQuiescing).containsExactly(unknown, last);
    }

    @Test
    void non_blocking_mode_is_refused_with_the_reason_and_the_channel_stays_usable() throws Exception {
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> channel.configureBlocking(false))
                .withMessageContaining("blocking only")
                .withMessageContaining("every process")
                .withMessageContaining("use acceptor threads");

        assertThat(channel.isBlocking()).isTrue();
        assertThat(channel.configureBlocking(true)).isSameAs(channel);
        assertStillAccepts();
    }

    @Test
    void options_and_a_second_bind_are_refused_and_the_channel_stays_usable() throws Exception {
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096))
                .withMessageContaining("SO_RCVBUF")
                .withMessageContaining("every process");
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> channel.getOption(StandardSocketOptions.SO_REUSEADDR))
                .withMessageContaining("SO_REUSEADDR");
        assertThat(channel.supportedOptions()).isEmpty();
        assertThatExceptionOfType(AlreadyBoundException.class).isThrownBy(() -> channel.bind(null, 1));
        assertStillAccepts();
    }

    @Test
    void its_text_has_its_address() {
        assertThat(channel).hasToString("LoopbackChannel[" + channel.address() + "]");
    }

    private void assertStillAccepts() throws IOException {
        SocketChannel client = connect();
        SocketChannel server = channel.accept();
        opened.add(server);
        assertThat(server.getRemoteAddress()).isEqualTo(client.getLocalAddress());
    }

    private SocketChannel accept() throws IOException {
        connect();
        SocketChannel accepted = channel.accept();
        opened.add(accepted);
        return accepted;
    }

    private SocketChannel connect() throws IOException {
        SocketChannel client = channel.connect();
        opened.add(client);
        return client;
    }

    /** Returns when all of them are in their accept. */
    private List<FutureTask<SocketChannel>> startAcceptors() {
        List<FutureTask<SocketChannel>> acceptors = new ArrayList<>();
        for (int i = 0; i < ACCEPTORS; i++) {
            FutureTask<SocketChannel> acceptor = new FutureTask<>(channel::accept);
            acceptors.add(acceptor);
            Thread thread = new Thread(acceptor, "acceptor-" + i);
            thread.setDaemon(true);
            thread.start();
        }
        await().untilAsserted(() -> assertThat(channel.acceptors)
                .hasSize(ACCEPTORS)
                .allMatch(thread -> thread.getStackTrace().length > 0 && thread.getStackTrace()[0].isNativeMethod()));
        return acceptors;
    }
}
