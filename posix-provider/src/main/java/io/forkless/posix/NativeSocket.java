package io.forkless.posix;

import com.sun.jna.Memory;
import io.forkless.nio.NioChannels;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.Channel;
import java.nio.charset.StandardCharsets;

/** A file descriptor of a socket, with the calls that are in use. The owner closes it. */
record NativeSocket(int fd) {
    private static final Abi ABI = Abi.CURRENT;
    private static final LibC C = LibC.INSTANCE;

    /** The descriptor of a channel, which goes on owning it. */
    static NativeSocket of(Channel channel) {
        return new NativeSocket((int) NioChannels.handleOf(channel));
    }

    /**
     * One that is neither bound nor connected; closed on exec.
     *
     * @throws NoSuchFamilyException if this machine does not support that kind of address
     */
    static NativeSocket unbound(String operation, int family, int type) throws IOException {
        int fd = C.socket(family, type, 0);
        if (fd < 0) {
            int errno = Errno.last();
            IOException failure = Errno.failure(operation, "socket", errno);
            throw errno == Errno.EAFNOSUPPORT ? new NoSuchFamilyException(failure) : failure;
        }
        NativeSocket socket = new NativeSocket(fd);
        try {
            socket.setCloseOnExec();
            return socket;
        } catch (IOException | RuntimeException | Error e) {
            socket.close();
            throw e;
        }
    }

    /** Sends one datagram; does not wait for a receiver that does not read. */
    void send(String operation, Memory bytes, Memory address) throws IOException {
        int flags = ABI.sendFlags() | Abi.LINUX_MSG_DONTWAIT;
        if (C.sendto(fd, bytes, bytes.size(), flags, address, (int) address.size()) < 0) {
            int errno = Errno.last();
            boolean nobody = errno == Errno.ENOENT || errno == Errno.ECONNREFUSED;
            throw Errno.failure(operation, "sendto", errno, nobody ? "nobody receives there" : null);
        }
    }

    /** Makes the open file description blocking, for all who share it; on Linux. */
    void setBlocking(String operation) throws IOException {
        int flags = C.fcntl(fd, Abi.F_GETFL);
        if (flags < 0 || C.fcntl(fd, Abi.F_SETFL, flags & ~Abi.LINUX_O_NONBLOCK) != 0) {
            throw Errno.failure(operation, "fcntl F_SETFL", Errno.last());
        }
    }

    /** A second descriptor of the same open file description, closed on exec; fcntl(2) {@code F_DUPFD_CLOEXEC}. */
    NativeSocket duplicate(String operation) throws IOException {
        int command = ABI == Abi.MACOS ? 67 : 1030;
        int copy = C.fcntl(fd, command, 0);
        if (copy < 0) {
            throw Errno.failure(operation, "fcntl F_DUPFD_CLOEXEC", Errno.last());
        }
        return new NativeSocket(copy);
    }

    void setCloseOnExec() throws IOException {
        if (C.fcntl(fd, Abi.F_SETFD, Abi.FD_CLOEXEC) != 0) {
            throw Errno.failure("descriptor " + fd, "fcntl F_SETFD", Errno.last());
        }
    }

    /** {@link Abi#SOCK_STREAM} or another one. */
    int type(String operation) throws IOException {
        return intOption(operation, "SO_TYPE", ABI.soType());
    }

    boolean isListening(String operation) throws IOException {
        return intOption(operation, "SO_ACCEPTCONN", ABI.soAcceptConn()) == 1;
    }

    /**
     * The address family of a listening stream socket.
     *
     * @throws IOException if it is anything else: the wrong descriptor was handed off
     */
    ProtocolFamily requireListening(String operation) throws IOException {
        if (type(operation) != Abi.SOCK_STREAM || !isListening(operation)) {
            throw new IOException(operation + ": descriptor " + fd + " is not a listening stream socket");
        }
        try (Memory address = new Memory(128);
                Memory length = new Memory(4)) {
            length.setInt(0, (int) address.size());
            if (C.getsockname(fd, address, length) != 0) {
                throw Errno.failure(operation, "getsockname", Errno.last());
            }
            int family = ABI.addressHasLength() ? address.getByte(1) : address.getShort(0);
            if (family == Abi.AF_INET) {
                return StandardProtocolFamily.INET;
            }
            if (family == ABI.afInet6()) {
                return StandardProtocolFamily.INET6;
            }
            if (family == Abi.AF_UNIX) {
                return StandardProtocolFamily.UNIX;
            }
            throw new IOException(operation + ": descriptor " + fd + " has the unknown address family " + family);
        }
    }

    /** Whether it becomes readable (a listener: has a connection queued) within the time, in milliseconds. */
    boolean awaitReadable(int timeoutMillis) throws IOException {
        long deadline = System.nanoTime() + timeoutMillis * 1_000_000L;
        try (Memory pollFd = new Memory(Abi.POLLFD_SIZE)) {
            pollFd.setInt(0, fd);
            pollFd.setShort(4, Abi.POLLIN);
            while (true) {
                pollFd.setShort(6, (short) 0);
                long left = Math.max(0, (deadline - System.nanoTime()) / 1_000_000);
                int ready = C.poll(pollFd, 1, (int) left);
                if (ready >= 0) {
                    return ready > 0;
                }
                if (Errno.last() != Errno.EINTR) {
                    throw Errno.failure("descriptor " + fd, "poll", Errno.last());
                }
            }
        }
    }

    /** Not retried on EINTR: the descriptor is gone all the same (close(2)), and its number may be somebody else's. */
    void close() {
        C.close(fd);
    }

    /** Fills {@code value} with a socket option. */
    void getOption(String operation, String name, int level, int option, Memory value) throws IOException {
        try (Memory length = new Memory(4)) {
            length.setInt(0, (int) value.size());
            if (C.getsockopt(fd, level, option, value, length) != 0) {
                throw Errno.failure(operation, "getsockopt " + name, Errno.last());
            }
        }
    }

    private int intOption(String operation, String name, int option) throws IOException {
        try (Memory value = new Memory(4)) {
            getOption(operation, name, ABI.solSocket(), option, value);
            return value.getInt(0);
        }
    }

    void setOption(String operation, String name, int level, int option, int value) throws IOException {
        try (Memory memory = new Memory(4)) {
            memory.setInt(0, value);
            if (C.setsockopt(fd, level, option, memory, (int) memory.size()) != 0) {
                throw Errno.failure(operation, "setsockopt " + name, Errno.last());
            }
        }
    }

    static int family(SocketAddress address) {
        if (address instanceof InetSocketAddress inet) {
            return inet.getAddress() instanceof Inet4Address ? Abi.AF_INET : ABI.afInet6();
        }
        return Abi.AF_UNIX;
    }

    /** {@code struct sockaddr_in} (16 bytes), {@code sockaddr_in6} (28) or {@code sockaddr_un}; ip(7), ipv6(7), unix(7). */
    static Memory encode(String operation, SocketAddress address) throws IOException {
        Memory memory;
        if (address instanceof InetSocketAddress inet) {
            byte[] ip = inet.getAddress().getAddress();
            memory = new Memory(ip.length == 4 ? 16 : 28);
            memory.clear();
            memory.setByte(2, (byte) (inet.getPort() >> 8));
            memory.setByte(3, (byte) inet.getPort());
            memory.write(ip.length == 4 ? 4 : 8, ip, 0, ip.length);
            if (inet.getAddress() instanceof Inet6Address inet6) {
                memory.setInt(24, inet6.getScopeId());
            }
        } else {
            byte[] path = address.toString().getBytes(StandardCharsets.UTF_8);
            if (path.length >= ABI.unixPathBytes()) {
                throw new IOException(operation + ": the path has " + path.length + " bytes, at most "
                        + (ABI.unixPathBytes() - 1) + " are possible; choose a shorter path");
            }
            memory = new Memory(2 + path.length + 1);
            memory.clear();
            memory.write(2, path, 0, path.length);
        }
        int family = family(address);
        if (ABI.addressHasLength()) {
            memory.setByte(0, (byte) memory.size());
            memory.setByte(1, (byte) family);
        } else {
            memory.setShort(0, (short) family);
        }
        return memory;
    }
}
