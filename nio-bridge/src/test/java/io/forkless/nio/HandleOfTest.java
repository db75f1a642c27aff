package io.forkless.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.io.IOException;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.junit.jupiter.api.Test;

class HandleOfTest {

    @Test
    void each_open_channel_has_a_handle_of_its_own() throws IOException {
        try (ServerSocketChannel listener = ServerSocketChannel.open();
                SocketChannel connection = SocketChannel.open();
                DatagramChannel datagrams = DatagramChannel.open()) {
            assertThat(List.of(
                            NioChannels.handleOf(listener),
                            NioChannels.handleOf(connection),
                            NioChannels.handleOf(datagrams)))
                    .doesNotHaveDuplicates()
                    .allMatch(handle -> handle > 0);
        }
    }

    @Test
    void a_channel_of_another_library_is_refused_by_its_class_name() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NioChannels.handleOf(new ForeignChannel()))
                .withMessageContaining(ForeignChannel.class.getName())
                .withMessageContaining("not a selectable network channel of the JDK");
    }

    @Test
    void channels_of_the_jdk_without_a_socket_are_refused() throws IOException {
        Pipe pipe = Pipe.open();
        try (Channel source = pipe.source();
                Channel sink = pipe.sink();
                Channel asynchronous = AsynchronousSocketChannel.open()) {
            for (Channel channel : new Channel[] {source, sink, asynchronous}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> NioChannels.handleOf(channel))
                        .withMessageContaining(channel.getClass().getName());
            }
        }
    }

    @Test
    void a_closed_channel_has_no_handle() throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.close();

        assertThatIllegalStateException()
                .isThrownBy(() -> NioChannels.handleOf(channel))
                .withMessageContaining("closed");
    }

    @Test
    void null_is_refused() {
        assertThatNullPointerException().isThrownBy(() -> NioChannels.handleOf(null));
    }

    private static final class ForeignChannel implements Channel {
        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
