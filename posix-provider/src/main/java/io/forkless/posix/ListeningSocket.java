package io.forkless.posix;

import com.sun.jna.Memory;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.TcpListenSpec;
import io.forkless.spi.UnixListenSpec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;

/**
 * Makes blocking, listening sockets that are closed on exec. They must stay blocking: {@code O_NONBLOCK} belongs to the open
 * file description, which the workers will share.
 */
final class ListeningSocket {
    private static final Abi ABI = Abi.CURRENT;
    private static final LibC C = LibC.INSTANCE;

    private ListeningSocket() {}

    /** @throws IOException naming the address, the call and the error */
    static NativeSocket open(ListenSpec spec) throws IOException {
        return spec instanceof UnixListenSpec unix ? UnixPath.listen(unix) : listen((TcpListenSpec) spec);
    }

    private static NativeSocket listen(TcpListenSpec spec) throws IOException {
        try {
            return listen(spec, spec.resolve());
        } catch (NoSuchFamilyException e) {
            if (!spec.isAnyAddress()) {
                throw e;
            }
            return listen(spec, new InetSocketAddress("0.0.0.0", spec.port())); // every address there is
        }
    }

    private static NativeSocket listen(TcpListenSpec spec, InetSocketAddress address) throws IOException {
        String operation = "listen " + spec;
        NativeSocket socket = NativeSocket.unbound(operation, NativeSocket.family(address), Abi.SOCK_STREAM);
        try {
            // So that a restart need not wait for the connections in TIME_WAIT (socket(7)).
            socket.setOption(operation, "SO_REUSEADDR", ABI.solSocket(), ABI.soReuseAddr(), 1);
            if (NativeSocket.family(address) == ABI.afInet6()) {
                int only = spec.ipv6Only() ? 1 : 0;
                socket.setOption(operation, "IPV6_V6ONLY", Abi.IPPROTO_IPV6, ABI.ipv6V6Only(), only);
            }
            bind(operation, socket, address);
            startListening(operation, socket, spec.backlog());
            return socket;
        } catch (IOException | RuntimeException | Error e) {
            socket.close();
            throw e;
        }
    }

    static void bind(String operation, NativeSocket socket, SocketAddress address) throws IOException {
        try (Memory encoded = NativeSocket.encode(operation, address)) {
            if (C.bind(socket.fd(), encoded, (int) encoded.size()) != 0) {
                throw bindFailure(operation, address, Errno.last());
            }
        }
    }

    static void startListening(String operation, NativeSocket socket, int backlog) throws IOException {
        if (C.listen(socket.fd(), backlog) != 0) {
            throw Errno.failure(operation, "listen", Errno.last());
        }
    }

    private static IOException bindFailure(String operation, SocketAddress address, int errno) {
        boolean ipv6Wildcard = address instanceof InetSocketAddress inet
                && NativeSocket.family(inet) == ABI.afInet6()
                && inet.getAddress().isAnyLocalAddress();
        if (ipv6Wildcard && errno == Errno.EADDRNOTAVAIL) {
            return new NoSuchFamilyException(Errno.failure(operation, "bind", errno)); // disable_ipv6 is set
        }
        Optional<String> hint = errno == Errno.EADDRINUSE ? Systemd.hint() : Optional.empty();
        if (hint.isPresent()) {
            return Errno.failure(operation, "bind", errno, hint.get());
        }
        if (errno != Errno.EACCES) {
            return Errno.failure(operation, "bind", errno);
        }
        String remedy = address instanceof InetSocketAddress
                ? "ports below 1024 need CAP_NET_BIND_SERVICE or net.ipv4.ip_unprivileged_port_start"
                : "the directory is not writable";
        return Errno.failure(operation, "bind", errno, remedy);
    }
}
