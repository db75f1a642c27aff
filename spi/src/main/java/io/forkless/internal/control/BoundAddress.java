package io.forkless.internal.control;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Where a listener is bound, as a text that is the same in each process that holds it. */
public final class BoundAddress {
    private static final String UNIX = "unix:";

    private BoundAddress() {}

    /** As {@link io.forkless.spi.ListenSpec#parse} reads it. */
    public static String text(SocketAddress address) {
        if (!(address instanceof InetSocketAddress inet)) {
            return UNIX + address;
        }
        String host = host(inet.getAddress());
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + inet.getPort();
    }

    /** As a literal, never a name. */
    public static String host(InetAddress address) {
        boolean ipv6Wildcard = address.isAnyLocalAddress() && !(address instanceof Inet4Address);
        return ipv6Wildcard ? "::" : address.getHostAddress();
    }
}
