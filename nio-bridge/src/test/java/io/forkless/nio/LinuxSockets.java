package io.forkless.nio;

import com.sun.jna.Native;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Sockets made without the JDK. Numbers and layouts are those of Linux: socket.h, ip(7), ipv6(7), unix(7). */
final class LinuxSockets {
    static final int AF_UNIX = 1;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_V6ONLY = 26;

    private LinuxSockets() {}

    static int socket(int domain) throws IOException {
        return checked("socket", LibC.INSTANCE.socket(domain, SOCK_STREAM | SOCK_CLOEXEC, 0));
    }

    static int inetListener(InetAddress address) throws IOException {
        ByteBuffer sockaddrIn = sockaddr(16, AF_INET).putShort((short) 0).put(address.getAddress());
        return listening(socket(AF_INET), sockaddrIn.array());
    }

    static int inet6Listener(InetAddress address, boolean dualStack) throws IOException {
        int fd = socket(AF_INET6);
        int[] v6Only = {dualStack ? 0 : 1};
        checked("setsockopt", LibC.INSTANCE.setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, v6Only, Integer.BYTES));
        ByteBuffer sockaddrIn6 =
                sockaddr(28, AF_INET6).putShort((short) 0).putInt(0).put(address.getAddress());
        return listening(fd, sockaddrIn6.array());
    }

    static int unixListener(Path path) throws IOException {
        ByteBuffer sockaddrUn = sockaddr(110, AF_UNIX).put(path.toString().getBytes(StandardCharsets.UTF_8));
        return listening(socket(AF_UNIX), sockaddrUn.array());
    }

    /** Which file or socket a descriptor is. Once it is closed, its number may at any time be that of another one. */
    static String identity(int fd) throws IOException {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
        } catch (NoSuchFileException e) {
            return "closed";
        }
    }

    static int checked(String function, int result) throws IOException {
        if (result < 0) {
            throw new IOException(function + ": errno " + Native.getLastError());
        }
        return result;
    }

    private static int listening(int fd, byte[] address) throws IOException {
        checked("bind", LibC.INSTANCE.bind(fd, address, address.length));
        checked("listen", LibC.INSTANCE.listen(fd, 16));
        return fd;
    }

    /** A {@code struct sockaddr} of which the family, in host order, is filled in; what follows is in network order. */
    private static ByteBuffer sockaddr(int size, int family) {
        ByteBuffer sockaddr = ByteBuffer.allocate(size);
        return sockaddr.order(ByteOrder.nativeOrder()).putShort((short) family).order(ByteOrder.BIG_ENDIAN);
    }
}
