package io.forkless.examples.reuseport;

import io.forkless.spi.Fitness;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.ListenerProvider;
import io.forkless.spi.ListenerProviders;
import io.forkless.spi.NoProviderException;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import io.forkless.spi.TcpListenSpec;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * Gives each worker a listening socket and a queue of its own, all bound to one address with {@code SO_REUSEPORT}: the
 * kernel picks one by a hash of the client's address (socket(7)). The supervisor holds all of them, so that the queue of
 * a worker that dies is still there for the one that replaces it. Linux.
 */
public final class ReusePortProvider implements ListenerProvider {
    @Override
    public String name() {
        return "reuseport";
    }

    /** Below the shared socket's: this one wants to be asked for. */
    @Override
    public int priority() {
        return -1;
    }

    @Override
    public Fitness check() {
        if (!System.getProperty("os.name").startsWith("Linux")) {
            return Fitness.doesNotFit(
                    "only Linux spreads connections over the sockets of a SO_REUSEPORT group", "use another provider");
        }
        try {
            return Fitness.fits("SO_REUSEPORT group, handed off by the " + posix().name() + " provider");
        } catch (NoProviderException e) {
            return Fitness.doesNotFit(e.getMessage(), "add forkless-posix-provider to the class path");
        }
    }

    @Override
    public SharedListener listen(ListenSpec spec) throws IOException {
        if (!(spec instanceof TcpListenSpec tcp) || tcp.ipv6Only()) {
            throw new IOException("listen " + spec + ": the reuseport provider has neither Unix-domain nor IPv6-only"
                    + " listeners; use --provider posix");
        }
        InetSocketAddress address = tcp.resolve();
        requireFree(spec, address);
        return new ReusePortGroup(spec, member(spec, address));
    }

    @Override
    public SharedServerSocketChannel adopt(byte[] ticket) throws IOException {
        return posix().adopt(ticket);
    }

    /** The socket of one worker; new workers get others of the same group. */
    @Override
    public SharedListener takeOver(ListenSpec spec, byte[] ticket) throws IOException {
        return ReusePortGroup.takenOver(spec, posix().takeOver(spec, ticket));
    }

    /** It hands descriptors off as this provider does; only what it hands off differs. */
    private static ListenerProvider posix() throws NoProviderException {
        return ListenerProviders.named("posix");
    }

    /** One more socket of the group at that address. */
    static SharedListener member(ListenSpec spec, InetSocketAddress address) throws IOException {
        ListenerProvider posix = posix();
        ServerSocketChannel channel = ServerSocketChannel.open(familyOf(address));
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            channel.bind(address, spec.backlog());
        } catch (IOException e) {
            channel.close();
            throw new IOException("listen " + spec + ": " + e.getMessage(), e);
        }
        return posix.share(spec, channel);
    }

    /**
     * A group takes in any socket that asks for it, if its owner is the same user: without this, a second supervisor with
     * the same address would get half of the first one's connections, and nobody an error.
     */
    private static void requireFree(ListenSpec spec, InetSocketAddress address) throws IOException {
        try (SocketChannel probe = SocketChannel.open(familyOf(address))) {
            probe.setOption(StandardSocketOptions.SO_REUSEADDR, true); // connections in TIME_WAIT do not matter
            probe.bind(address);
        } catch (IOException e) {
            posix().listen(spec).close(); // fails, too, and knows the error by its name and what to do
            throw new IOException("listen " + spec + ": " + e.getMessage(), e);
        }
    }

    /** An {@code AF_INET6} socket of the JDK would take {@code 0.0.0.0} for {@code ::}. */
    private static StandardProtocolFamily familyOf(InetSocketAddress address) {
        return address.getAddress() instanceof Inet4Address
                ? StandardProtocolFamily.INET
                : StandardProtocolFamily.INET6;
    }
}
