package io.forkless.nio;

import static io.forkless.nio.Exchange.assertTalking;
import static java.net.StandardProtocolFamily.INET;
import static java.net.StandardProtocolFamily.INET6;
import static java.net.StandardProtocolFamily.UNIX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Listeners that the JDK has never seen before they are wrapped. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "makes sockets with the numbers and layouts of Linux")
class LinuxNativeSocketTest {
    private static final String IPV4 = "127.0.0.1";
    private static final String IPV6 = "::1";
    private static final String PREFER_IPV4 = "java.net.preferIPv4Stack";

    @Test
    void an_ipv4_listener_serves_ipv4_clients() throws IOException {
        int fd = LinuxSockets.inetListener(InetAddress.getByName(IPV4));
        try (ServerSocketChannel listener = NioChannels.serverSocketChannel(fd, INET)) {
            assertServes(listener, INET, IPV4);
            assertThat(addressOf(listener)).isEqualTo(InetAddress.getByName(IPV4));
        }
    }

    @Test
    void an_ipv4_wildcard_listener_serves_ipv4_clients() throws IOException {
        int fd = LinuxSockets.inetListener(InetAddress.getByName("0.0.0.0"));
        try (ServerSocketChannel listener = NioChannels.serverSocketChannel(fd, INET)) {
            assertServes(listener, INET, IPV4);
            assertThat(addressOf(listener)).isEqualTo(InetAddress.getByName("0.0.0.0"));
        }
    }

    @Test
    @DisabledIfSystemProperty(named = PREFER_IPV4, matches = "true", disabledReason = "this JVM makes no IPv6 clients")
    void an_ipv6_only_listener_serves_ipv6_clients_only() throws IOException {
        int fd = LinuxSockets.inet6Listener(InetAddress.getByName("::"), false);
        try (ServerSocketChannel listener = NioChannels.serverSocketChannel(fd, INET6)) {
            assertServes(listener, INET6, IPV6);
            assertThat(addressOf(listener)).isEqualTo(InetAddress.getByName("::"));
            assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> assertServes(listener, INET, IPV4));
        }
    }

    @Test
    @DisabledIfSystemProperty(named = PREFER_IPV4, matches = "true", disabledReason = "this JVM makes no IPv6 clients")
    void a_dual_stack_listener_serves_both_and_tells_ipv4_clients_by_their_ipv4_address() throws IOException {
        int fd = LinuxSockets.inet6Listener(InetAddress.getByName("::"), true);
        try (ServerSocketChannel listener = NioChannels.serverSocketChannel(fd, INET6)) {
            assertServes(listener, INET, IPV4);
            assertServes(listener, INET6, IPV6);
        }
    }

    @Test
    void a_unix_listener_serves_and_knows_its_path(@TempDir Path directory) throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("listener"));
        int fd = LinuxSockets.unixListener(address.getPath());
        try (ServerSocketChannel listener = NioChannels.serverSocketChannel(fd, UNIX);
                SocketChannel client = SocketChannel.open(address);
                SocketChannel server = listener.accept()) {
            assertThat(listener.getLocalAddress()).isEqualTo(address);
            assertTalking(client, server);
        }
    }

    @Test
    void close_closes_the_descriptor() throws IOException {
        int fd = LinuxSockets.inetListener(InetAddress.getByName(IPV4));
        ServerSocketChannel listener = NioChannels.serverSocketChannel(fd, INET);
        String socket = LinuxSockets.identity(fd);
        assertThat(socket).startsWith("socket:");

        listener.close();

        assertThat(LinuxSockets.identity(fd)).isNotEqualTo(socket);
    }

    @Test
    void close_wakes_a_blocked_accept_and_closes_the_descriptor() throws Exception {
        int fd = LinuxSockets.inetListener(InetAddress.getByName(IPV4));
        ServerSocketChannel listener = NioChannels.serverSocketChannel(fd, INET);
        FutureTask<SocketChannel> accept = new FutureTask<>(listener::accept);
        Thread acceptor = new Thread(accept, "acceptor");
        acceptor.start();
        Exchange.awaitAccepting(acceptor);
        String socket = LinuxSockets.identity(fd);

        listener.close();

        assertThat(accept)
                .failsWithin(10, TimeUnit.SECONDS)
                .withThrowableThat()
                .withCauseInstanceOf(AsynchronousCloseException.class);
        acceptor.join();
        assertThat(LinuxSockets.identity(fd)).isNotEqualTo(socket);
    }

    @Test
    void closing_a_wrapped_connection_closes_its_descriptor(@TempDir Path directory) throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("listener"));
        try (ServerSocketChannel listener = ServerSocketChannel.open(UNIX).bind(address);
                SocketChannel client = SocketChannel.open(address)) {
            SocketChannel leftAlone = listener.accept();
            int fd = (int) NioChannels.handleOf(leftAlone);
            SocketChannel wrapped = NioChannels.socketChannel(fd, UNIX, UnixDomainSocketAddress.of(""));
            assertTalking(client, wrapped);
            String socket = LinuxSockets.identity(fd);

            wrapped.close();

            assertThat(LinuxSockets.identity(fd)).isNotEqualTo(socket);
        }
    }

    private static void assertServes(ServerSocketChannel listener, StandardProtocolFamily family, String host)
            throws IOException {
        try (SocketChannel client = SocketChannel.open(family)) {
            client.connect(new InetSocketAddress(host, listener.socket().getLocalPort()));
            try (SocketChannel server = listener.accept()) {
                assertThat(server.getRemoteAddress()).isEqualTo(client.getLocalAddress());
                assertThat(server.getLocalAddress()).isEqualTo(client.getRemoteAddress());
                assertTalking(client, server);
            }
        }
    }

    private static InetAddress addressOf(ServerSocketChannel listener) throws IOException {
        return ((InetSocketAddress) listener.getLocalAddress()).getAddress();
    }
}
