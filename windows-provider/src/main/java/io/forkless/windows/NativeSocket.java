package io.forkless.windows;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.TcpListenSpec;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;

/**
 * A SOCKET with the calls that are in use. The owner closes it.
 *
 * @param family {@link Winsock#AF_INET} or {@link Winsock#AF_INET6}
 */
record NativeSocket(long handle, int family) {
    private static final Winsock WS = Winsock.INSTANCE;
    private static final int FLAGS = Winsock.WSA_FLAG_OVERLAPPED | Winsock.WSA_FLAG_NO_HANDLE_INHERIT;
    private static final int WSADATA_SIZE = 408;
    private static final short VERSION_2_2 = 0x0202;

    static {
        try (Memory data = new Memory(WSADATA_SIZE)) {
            int error = WS.WSAStartup(VERSION_2_2, data);
            if (error != 0) {
                throw new UnsupportedOperationException("WSAStartup: " + WindowsError.describe(error));
            }
        }
    }

    /** A new TCP socket, not inheritable. */
    static NativeSocket open(String operation, int family) throws IOException {
        long handle = WS.WSASocketW(family, Winsock.SOCK_STREAM, Winsock.IPPROTO_TCP, null, 0, FLAGS);
        if (handle == Winsock.INVALID_SOCKET) {
            int error = Native.getLastError();
            IOException failure = WindowsError.failure(operation, "WSASocketW", error);
            throw error == WindowsError.WSAEAFNOSUPPORT ? new NoSuchFamilyException(failure) : failure;
        }
        return new NativeSocket(handle, family);
    }

    /** @throws IOException naming the address, the call and the error */
    static NativeSocket listening(ListenSpec spec) throws IOException {
        String operation = "listen " + spec;
        if (!(spec instanceof TcpListenSpec tcp)) {
            throw new IOException(operation + ": Unix-domain listeners are not available on Windows; use a port");
        }
        try {
            return listening(tcp, operation, tcp.resolve());
        } catch (NoSuchFamilyException e) {
            if (!tcp.isAnyAddress()) {
                throw e;
            }
            return listening(tcp, operation, new InetSocketAddress("0.0.0.0", tcp.port())); // every address there is
        }
    }

    private static NativeSocket listening(TcpListenSpec spec, String operation, InetSocketAddress address)
            throws IOException {
        int family = address.getAddress() instanceof Inet4Address ? Winsock.AF_INET : Winsock.AF_INET6;
        NativeSocket socket = open(operation, family);
        try {
            // Else another process could bind the same port and take the connections: "Using SO_REUSEADDR and
            // SO_EXCLUSIVEADDRUSE", Winsock documentation. SO_REUSEADDR is never set: it is what allows the theft.
            socket.setOption(operation, "SO_EXCLUSIVEADDRUSE", Winsock.SOL_SOCKET, Winsock.SO_EXCLUSIVEADDRUSE, 1);
            if (family == Winsock.AF_INET6) {
                int only = spec.ipv6Only() ? 1 : 0; // Windows has 1 unless told otherwise
                socket.setOption(operation, "IPV6_V6ONLY", Winsock.IPPROTO_IPV6, Winsock.IPV6_V6ONLY, only);
            }
            socket.bind(operation, address);
            // Before the socket is duplicated: a worker that called listen() would get WSAEINVAL.
            socket.check(operation, "listen", WS.listen(socket.handle, spec.backlog()));
            return socket;
        } catch (IOException | RuntimeException | Error e) {
            socket.close();
            throw e;
        }
    }

    private void bind(String operation, InetSocketAddress address) throws IOException {
        try (Memory encoded = SocketAddresses.encode(address)) {
            if (WS.bind(handle, encoded, (int) encoded.size()) != 0) {
                int error = Native.getLastError();
                boolean noIpv6 = error == WindowsError.WSAEADDRNOTAVAIL
                        && family == Winsock.AF_INET6
                        && address.getAddress().isAnyLocalAddress();
                IOException failure = WindowsError.failure(operation, "bind", error);
                throw noIpv6 ? new NoSuchFamilyException(failure) : failure;
            }
        }
    }

    /** What another process needs to open this very socket; {@code WSADuplicateSocketW}. */
    byte[] duplicateFor(String operation, long pid) throws IOException {
        try (Memory info = new Memory(Winsock.PROTOCOL_INFO_SIZE)) {
            check(operation, "WSADuplicateSocketW", WS.WSADuplicateSocketW(handle, (int) pid, info));
            return info.getByteArray(0, Winsock.PROTOCOL_INFO_SIZE);
        }
    }

    /** Opens this process's copy of a socket that was duplicated for it. */
    static NativeSocket adopt(String operation, byte[] protocolInfo) throws IOException {
        try (Memory info = new Memory(Winsock.PROTOCOL_INFO_SIZE)) {
            info.write(0, protocolInfo, 0, protocolInfo.length);
            int any = Winsock.FROM_PROTOCOL_INFO;
            long handle = WS.WSASocketW(any, any, any, info, 0, FLAGS);
            if (handle == Winsock.INVALID_SOCKET) {
                throw WindowsError.failure(operation, "WSASocketW", Native.getLastError());
            }
            // WSA_FLAG_NO_HANDLE_INHERIT is not honoured for a duplicate.
            Kernel32.INSTANCE.SetHandleInformation(asHandle(handle), Kernel32.HANDLE_FLAG_INHERIT, 0);
            return new NativeSocket(handle, info.getInt(Winsock.PROTOCOL_INFO_FAMILY));
        }
    }

    /** @throws IOException if it is anything else than a listening internet socket */
    void requireListening(String operation) throws IOException {
        boolean internet = family == Winsock.AF_INET || family == Winsock.AF_INET6;
        try (Memory value = new Memory(4);
                Memory length = new Memory(4)) {
            value.setInt(0, 0);
            length.setInt(0, 4);
            int result = WS.getsockopt(handle, Winsock.SOL_SOCKET, Winsock.SO_ACCEPTCONN, value, length);
            check(operation, "getsockopt SO_ACCEPTCONN", result);
            if (!internet || value.getInt(0) == 0) {
                throw new IOException(operation + ": the socket does not listen");
            }
        }
    }

    /** Makes an accepted socket know its listener, which getpeername, shutdown and others need; {@code AcceptEx}. */
    void updateAcceptContext(String operation, NativeSocket listener) throws IOException {
        try (Memory value = new Memory(8)) {
            value.setLong(0, listener.handle);
            int result = WS.setsockopt(handle, Winsock.SOL_SOCKET, Winsock.SO_UPDATE_ACCEPT_CONTEXT, value, 8);
            check(operation, "setsockopt SO_UPDATE_ACCEPT_CONTEXT", result);
        }
    }

    /** Where it is bound. */
    InetSocketAddress localAddress(String operation) throws IOException {
        try (Memory address = new Memory(SocketAddresses.SOCKADDR_IN6_SIZE);
                Memory length = new Memory(4)) {
            length.setInt(0, (int) address.size());
            check(operation, "getsockname", WS.getsockname(handle, address, length));
            return SocketAddresses.decode(address);
        }
    }

    /** Whether a connection is queued now. */
    boolean hasQueued(String operation) throws IOException {
        try (Memory pollFd = new Memory(Winsock.POLLFD_SIZE)) {
            pollFd.clear();
            pollFd.setLong(0, handle);
            pollFd.setShort(8, Winsock.POLLRDNORM);
            int ready = WS.WSAPoll(pollFd, 1, 0);
            check(operation, "WSAPoll", ready < 0 ? ready : 0);
            return ready > 0;
        }
    }

    ProtocolFamily protocolFamily() {
        return family == Winsock.AF_INET ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    }

    Pointer asHandle() {
        return asHandle(handle);
    }

    void close() {
        WS.closesocket(handle);
    }

    private void setOption(String operation, String name, int level, int option, int value) throws IOException {
        try (Memory memory = new Memory(4)) {
            memory.setInt(0, value);
            check(operation, "setsockopt " + name, WS.setsockopt(handle, level, option, memory, 4));
        }
    }

    private void check(String operation, String call, int result) throws IOException {
        if (result != 0) {
            throw WindowsError.failure(operation, call, Native.getLastError());
        }
    }

    private static Pointer asHandle(long socket) {
        return Pointer.createConstant(socket);
    }

    /** This machine has no IPv6. */
    private static final class NoSuchFamilyException extends IOException {
        private static final long serialVersionUID = 1L;

        NoSuchFamilyException(IOException failure) {
            super(failure.getMessage(), failure);
        }
    }
}
