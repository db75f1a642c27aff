package io.forkless.nio;

import static java.net.StandardProtocolFamily.INET;
import static java.net.StandardProtocolFamily.UNIX;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefusedArgumentsTest {
    private static final SocketAddress PEER = new InetSocketAddress("127.0.0.1", 9);

    @ParameterizedTest
    @ValueSource(longs = {-1, 1_000_000_000, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 32})
    void a_number_that_is_no_handle_is_an_io_error_that_names_it(long handle) {
        assertThatIOException()
                .isThrownBy(() -> NioChannels.serverSocketChannel(handle, INET))
                .withMessageMatching("wrap INET listener " + handle + ": .+");
        assertThatIOException()
                .isThrownBy(() -> NioChannels.socketChannel(handle, INET, PEER))
                .withMessageMatching("wrap INET connection " + handle + ": .+");
    }

    @Test
    void a_number_that_is_no_handle_is_no_unix_socket_either() {
        assertThatIOException()
                .isThrownBy(() -> NioChannels.serverSocketChannel(1_000_000_000, UNIX))
                .withMessageStartingWith("wrap UNIX listener 1000000000: ");
    }

    @Test
    void a_family_that_the_jdk_does_not_know_is_refused() {
        ProtocolFamily bluetooth = () -> "BLUETOOTH";
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NioChannels.serverSocketChannel(0, bluetooth))
                .withMessageContaining("BLUETOOTH");
        assertThatIllegalArgumentException().isThrownBy(() -> NioChannels.socketChannel(0, bluetooth, PEER));
    }

    @Test
    void a_peer_of_another_family_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NioChannels.socketChannel(0, UNIX, PEER))
                .withMessageContaining("127.0.0.1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NioChannels.socketChannel(0, INET, UnixDomainSocketAddress.of("peer")));
    }

    @Test
    void null_is_refused() {
        assertThatNullPointerException().isThrownBy(() -> NioChannels.serverSocketChannel(0, null));
        assertThatNullPointerException().isThrownBy(() -> NioChannels.socketChannel(0, null, PEER));
        assertThatNullPointerException().isThrownBy(() -> NioChannels.socketChannel(0, INET, null));
    }
}
