package io.forkless.nio;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Objects;

/**
 * Turns native socket handles into JDK NIO channels and back.
 *
 * <p>A handle is a file descriptor on POSIX systems and a {@code SOCKET} on Windows. A channel made here is the JDK's
 * own implementation class and does all that such a channel does: blocking calls, selectors, asynchronous close. It
 * starts in blocking mode, whatever mode the handle is in.
 *
 * <p>Ownership: on success the channel owns the handle and closes it; on any failure the caller still owns it, and the
 * handle is open and unchanged.
 *
 * <p>The bridge needs no JVM flag. JDK 24 and later print a warning when JNA first loads its native library, unless
 * {@code --enable-native-access} allows it (JEP 472). Where the bridge cannot work at all, every method throws the
 * {@link UnsupportedOperationException} that {@link #check()} explains.
 *
 * <p>Threading: all methods may be called by any thread.
 */
public final class NioChannels {

    private NioChannels() {}

    /**
     * Makes sure that the bridge works in this JVM. Providers call this when asked whether they fit.
     *
     * @throws UnsupportedOperationException if it does not; the message gives the reason (JNA's native library cannot be
     *     loaded, or the JDK lacks a class or method, which is named) and the remedy. The outcome does not change during
     *     the life of the JVM
     */
    public static void check() {
        Bridge.members();
    }

    /**
     * Wraps a bound, listening stream socket.
     *
     * <p>The local address is read from the socket. The caller answers for two things that the JDK does not look at: that
     * the socket listens ({@code SO_ACCEPTCONN}), and that an {@code AF_UNIX} socket is not passed off as an internet
     * one, whose local address would then be meaningless.
     *
     * <p>{@link StandardProtocolFamily#INET} and {@link StandardProtocolFamily#INET6} make the same channel: the JDK
     * treats each as the family of its own internet sockets. Accepting, reading, writing and addresses are right for
     * both; only {@code IP_TOS} cannot be set on a connection accepted from an {@code AF_INET} listener in a JVM that has
     * IPv6.
     *
     * @param handle the file descriptor or SOCKET
     * @param family {@code INET}, {@code INET6} (dual stack or not) or {@code UNIX} of {@link StandardProtocolFamily}
     * @return a channel in blocking mode that owns the handle
     * @throws IOException if the handle is not an open socket, is not bound, or is not of this family
     * @throws IllegalArgumentException if the family is none of the three
     * @throws UnsupportedOperationException if the bridge does not work in this JVM, see {@link #check()}
     */
    public static ServerSocketChannel serverSocketChannel(long handle, ProtocolFamily family) throws IOException {
        requireKnown(family);
        SunNioCh jdk = Bridge.members();
        return wrapping(family, "listener", handle, () -> bound(jdk.serverSocketChannel(narrow(handle), family)));
    }

    /**
     * Wraps a connected stream socket.
     *
     * <p>The local address is read from the socket; the remote one is believed.
     *
     * @param handle the file descriptor or SOCKET
     * @param family the socket's own: {@code INET}, {@code INET6} or {@code UNIX} of {@link StandardProtocolFamily}
     * @param remote the peer: a {@link UnixDomainSocketAddress} for {@code UNIX}, else an {@link InetSocketAddress}
     * @return a channel in blocking mode that owns the handle
     * @throws IOException if the handle is not an open socket or not of this family
     * @throws IllegalArgumentException if the family is none of the three, or the address is not of that family
     * @throws UnsupportedOperationException if the bridge does not work in this JVM, see {@link #check()}
     */
    public static SocketChannel socketChannel(long handle, ProtocolFamily family, SocketAddress remote)
            throws IOException {
        requireKnown(family);
        Objects.requireNonNull(remote, "remote");
        Class<?> expected =
                family == StandardProtocolFamily.UNIX ? UnixDomainSocketAddress.class : InetSocketAddress.class;
        if (!expected.isInstance(remote)) {
            throw new IllegalArgumentException("remote address " + remote + " is not of family " + family);
        }
        SunNioCh jdk = Bridge.members();
        return wrapping(family, "connection", handle, () -> jdk.socketChannel(narrow(handle), family, remote));
    }

    /**
     * The native handle of a channel. The channel still owns it: the number is good only while the channel stays open,
     * and may belong to another file or socket afterwards.
     *
     * @param channel an open network channel of the JDK, made here or not
     * @return the file descriptor or SOCKET
     * @throws IllegalArgumentException if the channel is not a selectable network channel of the JDK; names its class
     * @throws IllegalStateException if the channel is closed
     * @throws UnsupportedOperationException if the bridge does not work in this JVM, see {@link #check()}
     */
    public static long handleOf(Channel channel) {
        Objects.requireNonNull(channel, "channel");
        SunNioCh jdk = Bridge.members();
        if (!(channel instanceof NetworkChannel) || !jdk.isSelectable(channel)) {
            throw new IllegalArgumentException(
                    channel.getClass().getName() + " is not a selectable network channel of the JDK");
        }
        if (!channel.isOpen()) {
            throw new IllegalStateException("the channel is closed and has no handle: " + channel);
        }
        return jdk.handleOf(channel);
    }

    private static void requireKnown(ProtocolFamily family) {
        Objects.requireNonNull(family, "family");
        if (!(family instanceof StandardProtocolFamily)) {
            throw new IllegalArgumentException("family " + family.name() + " is none of INET, INET6, UNIX");
        }
    }

    /** Refuses what would accept nothing: the JDK takes an unbound socket for one bound to port 0. */
    private static ServerSocketChannel bound(ServerSocketChannel channel) throws IOException {
        if (channel.getLocalAddress() instanceof InetSocketAddress local && local.getPort() == 0) {
            // The channel is left to the garbage collector, which closes no handle: it stays the caller's.
            throw new IOException("the socket is not bound");
        }
        return channel;
    }

    // The JDK keeps a SOCKET in the int of a FileDescriptor, too; Windows uses no more than its low 32 bits.
    private static int narrow(long handle) throws IOException {
        if (handle != (int) handle) {
            throw new IOException("no such handle");
        }
        return (int) handle;
    }

    private static <T> T wrapping(ProtocolFamily family, String kind, long handle, Wrapping<T> wrapping)
            throws IOException {
        String operation = "wrap " + family + " " + kind + " " + handle;
        try {
            return wrapping.run();
        } catch (IOException failure) {
            throw new IOException(operation + ": " + failure.getMessage(), failure);
        } catch (RuntimeException | InternalError failure) {
            // Either comes out of the JDK, by version, when a socket said to be UNIX has another kind of address.
            throw new IOException(
                    operation + ": the JDK cannot read the socket's address as one of " + family, failure);
        }
    }

    private interface Wrapping<T> {
        T run() throws IOException;
    }
}
