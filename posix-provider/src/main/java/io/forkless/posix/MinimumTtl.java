package io.forkless.posix;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;

/**
 * Makes a Linux TCP listener deaf to new connections while those that are queued, or half-way through their handshake,
 * can still be accepted.
 *
 * <p>Closing the last copy of a listener resets what is queued on it (tcp(7) has no other way to end one), and between
 * the last accept and the close there is always room for one more client. {@code IP_MINTTL} (ip(7)) closes that gap, and
 * everybody may set it. It is made for RFC 5082, where neighbours send with the highest TTL and all else is dropped; other
 * hosts send with 64 or 128. A client whose SYN is dropped repeats it after a second, and is refused if the port is closed
 * by then. The segment that ends a handshake passes, because {@code tcp_v4_rcv} and {@code tcp_v6_rcv}
 * ({@code net/ipv4/tcp_ipv4.c}, {@code net/ipv6/tcp_ipv6.c}) deal with a request socket, in {@code TCP_NEW_SYN_RECV},
 * before they look at the TTL; so it has been since Linux 4.4.
 *
 * <p>A connection inherits the minimum from its listener in that very moment ({@code sk_clone_lock} copies the whole
 * socket, {@code net/core/sock.c}) and is deaf as well until it is {@linkplain #clear cleared}. What its client has sent
 * before is repeated, as any segment that was lost.
 *
 * <p>Not held off are clients that send with a TTL of 255 and have no router between. A handshake of which the kernel
 * keeps no request socket (SYN cookies) is cut.
 */
final class MinimumTtl {
    /** What at a stop keeps new clients away, for operators. */
    static final String MEANS = "IP_MINTTL holds new clients off";

    private static final System.Logger LOG = System.getLogger(PosixListenerProvider.class.getName());
    private static final Abi ABI = Abi.CURRENT;
    private static final int HIGHEST = 255;
    private static final int NONE = 0;

    private MinimumTtl() {}

    /** What at a stop keeps new clients away on this system, or what does instead; tried out on a socket of its own. */
    static String probe() {
        String operation = "holding new clients off";
        try {
            NativeSocket socket = NativeSocket.unbound(operation, Abi.AF_INET, Abi.SOCK_STREAM);
            try {
                demandHighest(operation, socket, StandardProtocolFamily.INET);
                return MEANS;
            } finally {
                socket.close();
            }
        } catch (IOException e) {
            return "the workers end one after the other; " + e.getMessage();
        }
    }

    /** @throws IOException if it cannot be done, with the native error's name */
    static void demandHighest(String operation, NativeSocket socket, ProtocolFamily family) throws IOException {
        set(operation, socket, family, HIGHEST);
    }

    /** For a listener, or a connection that has inherited the minimum; no effect if there is none. */
    static void clear(String operation, NativeSocket socket, ProtocolFamily family) {
        if (family == StandardProtocolFamily.UNIX) {
            return;
        }
        try {
            set(operation, socket, family, NONE);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "where there is no minimum TTL, the listener had none either", e);
        }
    }

    /** An IPv6 socket has both: the first is for the IPv4 clients that it may have. */
    private static void set(String operation, NativeSocket socket, ProtocolFamily family, int hops) throws IOException {
        socket.setOption(operation, "IP_MINTTL", Abi.IPPROTO_IP, ABI.ipMinTtl(), hops);
        if (family == StandardProtocolFamily.INET6) {
            socket.setOption(operation, "IPV6_MINHOPCOUNT", Abi.IPPROTO_IPV6, ABI.ipv6MinHopCount(), hops);
        }
    }
}
