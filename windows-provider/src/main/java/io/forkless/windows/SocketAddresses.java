package io.forkless.windows;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** {@code struct sockaddr_in} (16 bytes) and {@code sockaddr_in6} (28 bytes) of {@code ws2def.h}, {@code ws2ipdef.h}. */
final class SocketAddresses {
    static final int SOCKADDR_IN_SIZE = 16;
    static final int SOCKADDR_IN6_SIZE = 28;

    private SocketAddresses() {}

    static Memory encode(InetSocketAddress address) {
        byte[] ip = address.getAddress().getAddress();
        boolean ipv4 = ip.length == 4;
        Memory memory = new Memory(ipv4 ? SOCKADDR_IN_SIZE : SOCKADDR_IN6_SIZE);
        memory.clear();
        memory.setShort(0, (short) (ipv4 ? Winsock.AF_INET : Winsock.AF_INET6));
        memory.setByte(2, (byte) (address.getPort() >> 8));
        memory.setByte(3, (byte) address.getPort());
        memory.write(ipv4 ? 4 : 8, ip, 0, ip.length);
        if (address.getAddress() instanceof Inet6Address ipv6) {
            memory.setInt(24, ipv6.getScopeId());
        }
        return memory;
    }

    static InetSocketAddress decode(Pointer address) throws IOException {
        boolean ipv4 = address.getShort(0) == Winsock.AF_INET;
        int port = (address.getByte(2) & 0xff) << 8 | address.getByte(3) & 0xff;
        byte[] ip = address.getByteArray(ipv4 ? 4 : 8, ipv4 ? 4 : 16);
        int scope = ipv4 ? 0 : address.getInt(24);
        InetAddress decoded = scope == 0 ? InetAddress.getByAddress(ip) : Inet6Address.getByAddress(null, ip, scope);
        return new InetSocketAddress(decoded, port);
    }
}
