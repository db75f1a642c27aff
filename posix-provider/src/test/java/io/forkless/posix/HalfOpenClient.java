package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.nio.NioChannels;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** A client on a network that loses the answers to its SYN, until the handshake may go on. */
final class HalfOpenClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60); // SYN and answer are repeated after 1, 2, 4 s ...

    private final StandardProtocolFamily family;
    private final SocketChannel channel;

    HalfOpenClient(InetSocketAddress address) throws IOException {
        family = address.getAddress() instanceof Inet6Address
                ? StandardProtocolFamily.INET6
                : StandardProtocolFamily.INET;
        channel = SocketChannel.open(family);
        channel.configureBlocking(false);
        MinimumTtl.demandHighest("test", socket(channel), family);
        assertThat(channel.connect(address)).isFalse();
        await().until(() -> Handshakes.areUnderWay(address.getPort(), System.nanoTime() + 1_000_000_000L));
    }

    void goOn() throws IOException {
        MinimumTtl.clear("test", socket(channel), family);
        await().atMost(PATIENCE).until(channel::finishConnect);
        channel.configureBlocking(true);
    }

    /** Its connection, behind those of others who were quicker. */
    SocketChannel acceptBy(ServerSocketChannel listener) throws IOException {
        SocketChannel accepted = listener.accept();
        while (!accepted.getRemoteAddress().equals(channel.getLocalAddress())) {
            accepted.close();
            accepted = listener.accept();
        }
        return accepted;
    }

    void send(int octet) throws IOException {
        channel.write(ByteBuffer.wrap(new byte[] {(byte) octet}));
    }

    int receive() throws IOException {
        return receive(channel);
    }

    static int receive(SocketChannel channel) throws IOException {
        ByteBuffer octet = ByteBuffer.allocate(1);
        assertThat(channel.read(octet)).isOne();
        return octet.get(0);
    }

    static NativeSocket socket(SocketChannel channel) throws IOException {
        return new NativeSocket((int) NioChannels.handleOf(channel));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
