package io.forkless.nio;

import static io.forkless.nio.Exchange.assertTalking;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a wrapped channel does, whatever the protocol family; runs on every operating system.
 *
 * <p>The handles come from JDK channels that are then left alone: they are never closed, so that the wrapped channel is
 * the only owner of the handle.
 */
abstract class SocketContract {
    private static final List<Channel> LEFT_ALONE = new ArrayList<>();

    private final List<Channel> opened = new ArrayList<>();
    private ServerSocketChannel original;
    private ServerSocketChannel wrapped;

    abstract ProtocolFamily family();

    /** An address to bind to that is free on this machine. */
    abstract SocketAddress freeAddress();

    @BeforeEach
    void wrap_a_listener() throws IOException {
        original = ServerSocketChannel.open(family()).bind(freeAddress());
        LEFT_ALONE.add(original);
        wrapped = opened(NioChannels.serverSocketChannel(NioChannels.handleOf(original), family()));
    }

    @AfterEach
    void close_everything() throws IOException {
        for (Channel channel : opened) {
            channel.close();
        }
    }

    @Test
    void a_wrapped_listener_accepts_real_connections() throws IOException {
        for (int i = 0; i < 3; i++) {
            SocketChannel client = connect();
            SocketChannel server = opened(wrapped.accept());

            assertThat(server.getRemoteAddress()).isEqualTo(client.getLocalAddress());
            assertThat(server.getLocalAddress()).isEqualTo(client.getRemoteAddress());
            assertTalking(client, server);
        }
    }

    @Test
    void a_wrapped_listener_knows_its_local_address() throws IOException {
        assertThat(wrapped.getLocalAddress()).isNotNull().isEqualTo(original.getLocalAddress());
        assertThat(wrapped.isBlocking()).isTrue();
    }

    @Test
    void a_wrapped_listener_works_with_a_selector() throws IOException {
        try (Selector selector = Selector.open()) {
            wrapped.configureBlocking(false);
            assertThat(wrapped.accept()).isNull();

            SocketChannel client = connect();
            awaitReady(selector, wrapped, SelectionKey.OP_ACCEPT);

            assertTalking(client, opened(wrapped.accept()));
        }
    }

    @Test
    void an_accepted_channel_works_with_a_selector() throws IOException {
        SocketChannel client = connect();
        assertWorksWithSelector(opened(wrapped.accept()), client);
    }

    @Test
    void closing_a_wrapped_listener_wakes_a_blocked_accept() throws Exception {
        FutureTask<SocketChannel> accept = new FutureTask<>(wrapped::accept);
        Thread acceptor = start(accept);
        Exchange.awaitAccepting(acceptor);

        wrapped.close();

        assertThat(accept)
                .failsWithin(10, TimeUnit.SECONDS)
                .withThrowableThat()
                .withCauseInstanceOf(AsynchronousCloseException.class);
        assertThat(wrapped.isOpen()).isFalse();
    }

    @Test
    void a_handle_in_non_blocking_mode_gives_a_blocking_channel() throws Exception {
        original.configureBlocking(false);
        FutureTask<SocketChannel> accept = new FutureTask<>(wrapped::accept);
        Thread acceptor = start(accept);
        Exchange.awaitAccepting(acceptor);

        SocketChannel client = connect();

        assertTalking(client, opened(accept.get(10, TimeUnit.SECONDS)));
    }

    @Test
    void a_wrapped_connection_talks_until_its_peer_hangs_up() throws IOException {
        SocketChannel client = connect();
        SocketChannel server = wrapConnection(accept());

        assertTalking(client, server);
        client.close();
        assertThat(server.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }

    @Test
    void a_wrapped_connection_knows_both_addresses() throws IOException {
        connect();
        SocketChannel accepted = accept();
        SocketChannel server = wrapConnection(accepted);

        assertThat(server.isConnected()).isTrue();
        assertThat(server.getLocalAddress()).isEqualTo(accepted.getLocalAddress());
        assertThat(server.getRemoteAddress()).isEqualTo(accepted.getRemoteAddress());
    }

    @Test
    void a_wrapped_connection_works_with_a_selector() throws IOException {
        SocketChannel client = connect();
        assertWorksWithSelector(wrapConnection(accept()), client);
    }

    @Test
    void closing_a_wrapped_connection_hangs_up_on_its_peer() throws IOException {
        SocketChannel client = connect();
        wrapConnection(accept()).close();

        assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }

    @Test
    void a_wrapped_channel_has_the_handle_it_was_made_of() throws IOException {
        connect();
        SocketChannel accepted = accept();

        assertThat(NioChannels.handleOf(wrapped)).isEqualTo(NioChannels.handleOf(original));
        assertThat(NioChannels.handleOf(wrapConnection(accepted))).isEqualTo(NioChannels.handleOf(accepted));
    }

    @Test
    void a_closed_listener_accepts_nothing() throws IOException {
        wrapped.close();

        assertThatThrownBy(wrapped::accept).isInstanceOf(ClosedChannelException.class);
    }

    private SocketChannel connect() throws IOException {
        SocketChannel client = SocketChannel.open(family());
        opened.add(client);
        client.connect(wrapped.getLocalAddress());
        return client;
    }

    /** An accepted connection that is left alone, so that its handle can be given to another channel. */
    private SocketChannel accept() throws IOException {
        SocketChannel accepted = wrapped.accept();
        LEFT_ALONE.add(accepted);
        return accepted;
    }

    private SocketChannel wrapConnection(SocketChannel connection) throws IOException {
        long handle = NioChannels.handleOf(connection);
        return opened(NioChannels.socketChannel(handle, family(), connection.getRemoteAddress()));
    }

    private static void assertWorksWithSelector(SocketChannel channel, SocketChannel peer) throws IOException {
        try (Selector selector = Selector.open()) {
            channel.configureBlocking(false);
            assertThat(channel.read(ByteBuffer.allocate(1))).isZero();

            Exchange.send(peer, "hello");
            awaitReady(selector, channel, SelectionKey.OP_READ);
            assertThat(Exchange.receive(channel, 5)).isEqualTo("hello");
            Exchange.send(channel, "world");
        }
        assertThat(Exchange.receive(peer, 5)).isEqualTo("world");
    }

    private static void awaitReady(Selector selector, SelectableChannel channel, int operation) throws IOException {
        SelectionKey key = channel.register(selector, operation);
        assertThat(selector.select(10_000)).isOne();
        assertThat(key.readyOps()).isEqualTo(operation);
    }

    private static Thread start(FutureTask<?> task) {
        Thread thread = new Thread(task, "acceptor");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private <C extends NetworkChannel> C opened(C channel) {
        opened.add(channel);
        return channel;
    }
}
