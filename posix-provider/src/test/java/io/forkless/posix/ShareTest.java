package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import io.forkless.testing.LinuxProc;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Listeners that somebody else has opened. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "descriptors are examined in /proc")
class ShareTest {
    private static final PosixListenerProvider PROVIDER = new PosixListenerProvider();
    private static final ListenSpec SPEC = ListenSpec.tcp("127.0.0.1", 0);
    private static final ProcessHandle SELF = ProcessHandle.current();

    @Test
    void a_channel_of_the_jdk_is_shared_and_nothing_else_keeps_it_open() throws IOException {
        ServerSocketChannel opened = open();
        SocketAddress address = opened.getLocalAddress();
        try (SocketChannel queued = SocketChannel.open(address);
                SharedListener listener = PROVIDER.share(SPEC, opened);
                SharedServerSocketChannel adopted = PROVIDER.adopt(listener.ticketFor(SELF))) {
            assertThat(opened.isOpen()).isFalse();
            assertThat(listener.localAddress()).isEqualTo(address);
            try (SocketChannel accepted = adopted.accept()) {
                assertThat(accepted.getRemoteAddress()).isEqualTo(queued.getLocalAddress());
            }
        }
        assertThatIOException().isThrownBy(() -> SocketChannel.open(address).close());
    }

    @Test
    void its_descriptor_is_closed_on_exec_although_that_of_the_jdk_is_not() throws IOException {
        try (SharedListener listener = PROVIDER.share(SPEC, open())) {
            assertThat(LinuxProc.flagsOf(listener.localAddress(), SELF.pid()))
                    .containsExactly(LinuxProc.O_RDWR | LinuxProc.O_CLOEXEC);
        }
    }

    @Test
    void what_is_refused_is_closed() throws IOException {
        ServerSocketChannel nonBlocking = open();
        nonBlocking.configureBlocking(false);
        ServerSocketChannel unbound = ServerSocketChannel.open();

        assertThatIOException()
                .isThrownBy(() -> PROVIDER.share(SPEC, nonBlocking))
                .withMessageStartingWith("listen 127.0.0.1:0: the channel is non-blocking");
        assertThatIOException()
                .isThrownBy(() -> PROVIDER.share(SPEC, unbound))
                .withMessageEndingWith("is not a listening stream socket");

        assertThat(nonBlocking.isOpen() || unbound.isOpen()).isFalse();
    }

    private static ServerSocketChannel open() throws IOException {
        return ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
    }
}
