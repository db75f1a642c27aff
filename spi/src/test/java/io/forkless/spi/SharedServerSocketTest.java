package io.forkless.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.SocketChannel;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SharedServerSocketTest {
    private LoopbackChannel channel;
    private ServerSocket socket;

    @BeforeEach
    void open() throws IOException {
        channel = new LoopbackChannel();
        socket = channel.socket();
    }

    @AfterEach
    void close() throws IOException {
        channel.close();
    }

    @Test
    void it_tells_the_address_of_the_channel() {
        assertThat(socket.getLocalPort()).isEqualTo(channel.address().getPort());
        assertThat(socket.getInetAddress()).isEqualTo(channel.address().getAddress());
        assertThat(socket.getLocalSocketAddress()).isEqualTo(channel.address());
        assertThat(socket.getChannel()).isSameAs(channel);
        assertThat(socket.isBound()).isTrue();
        assertThat(socket.isClosed()).isFalse();
        assertThat(socket).hasToString(channel.toString());
        assertThat(channel.socket()).isSameAs(socket);
    }

    @Test
    void it_accepts_from_the_channel() throws IOException {
        try (SocketChannel client = channel.connect();
                Socket server = socket.accept()) {
            assertThat(server.getRemoteSocketAddress()).isEqualTo(client.getLocalAddress());
        }
    }

    @Test
    void closing_it_closes_the_channel() throws IOException {
        socket.close();

        assertThat(channel.isOpen()).isFalse();
        assertThat(socket.isClosed()).isTrue();
        assertThat(socket.getLocalPort()).isEqualTo(-1);
        assertThat(socket.getInetAddress()).isNull();
    }

    @Test
    void a_time_out_is_refused_with_the_reason() throws IOException {
        assertThatExceptionOfType(SocketException.class)
                .isThrownBy(() -> socket.setSoTimeout(1000))
                .withMessageContaining("without a time-out");

        socket.setSoTimeout(0);
        assertThat(socket.getSoTimeout()).isZero();
    }

    @Test
    void what_would_disturb_other_processes_is_refused() {
        assertThatExceptionOfType(AlreadyBoundException.class).isThrownBy(() -> socket.bind(null));
        assertRefused(() -> socket.setReuseAddress(false));
        assertRefused(() -> socket.setReceiveBufferSize(4096));
        assertRefused(() -> socket.setOption(StandardSocketOptions.SO_RCVBUF, 4096));
    }

    @Test
    void no_option_of_another_socket_is_shown_in_its_place() {
        assertRefused(socket::getReuseAddress);
        assertRefused(socket::getReceiveBufferSize);
        assertRefused(() -> socket.getOption(StandardSocketOptions.SO_RCVBUF));
        assertThat(socket.supportedOptions()).isEmpty();
    }

    private static void assertRefused(ThrowingCallable call) {
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(call)
                .withMessageContaining("shared listener");
    }
}
