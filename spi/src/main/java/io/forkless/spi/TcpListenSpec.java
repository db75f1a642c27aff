package io.forkless.spi;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * A TCP port to listen on.
 *
 * @param host a name or literal address, an IPv6 one with or without brackets; {@code null} listens on every address, IPv4
 *     and IPv6 alike
 * @param port 0 to 65535; 0 lets the system choose
 * @param backlog see {@link ListenSpec#backlog()}
 * @param ipv6Only whether {@code ::} leaves IPv4 alone ({@code IPV6_V6ONLY}, RFC 3493 section 5.3)
 */
public record TcpListenSpec(String host, int port, int backlog, boolean ipv6Only) implements ListenSpec {
    /** {@code 0.0.0.0} and its short forms, inet_aton(3), which the JDK reads as well. */
    private static final Pattern IPV4_WILDCARD = Pattern.compile("0+(\\.0+){0,3}");

    private static final Pattern IPV4_LITERAL = Pattern.compile("\\d+(\\.\\d+){0,3}");

    public TcpListenSpec {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is not between 0 and 65535");
        }
        ListenSpecParser.requireBacklog(backlog);
        ListenSpecParser.requirePrintable(host);
        if (host != null) {
            boolean bracketed = ListenSpecParser.isBracketed(host) && host.indexOf(':') >= 0;
            host = bracketed ? host.substring(1, host.length() - 1) : host;
            ListenSpecParser.requireUnambiguousHost(host);
        }
    }

    @Override
    public TcpListenSpec withBacklog(int newBacklog) {
        return new TcpListenSpec(host, port, newBacklog, ipv6Only);
    }

    public TcpListenSpec withIpv6Only(boolean newIpv6Only) {
        return new TcpListenSpec(host, port, backlog, newIpv6Only);
    }

    /**
     * Whether this asks for every address of the machine, IPv4 and IPv6 alike: no host, {@code 0.0.0.0}, or {@code ::}
     * however it is spelled, but not with {@link #ipv6Only()}. A program that runs on a JVM has no other way to say so, and
     * uses any of them. Never asks a name service.
     */
    public boolean isAnyAddress() {
        return !ipv6Only && (host == null || IPV4_WILDCARD.matcher(host).matches() || isIpv6Wildcard());
    }

    /**
     * What to listen on for a program that asks for this: every address if it is {@linkplain #isAnyAddress() any}, so that
     * {@code 0.0.0.0} does not leave out IPv6; else this.
     */
    public TcpListenSpec widenWildcard() {
        return isAnyAddress() ? new TcpListenSpec(null, port, backlog, false) : this;
    }

    private boolean isIpv6Wildcard() {
        try {
            // What has a colon is a literal address or nothing.
            return host.indexOf(':') >= 0 && InetAddress.getByName(host).isAnyLocalAddress();
        } catch (UnknownHostException e) {
            return false; // resolve() reports it
        }
    }

    /**
     * This listener with a literal address in place of a name: who is given it cannot come to another one.
     *
     * @throws UnknownHostException if the host has no address; the message names this listener
     */
    public TcpListenSpec resolveName() throws UnknownHostException {
        boolean literal = host == null
                || host.indexOf(':') >= 0
                || IPV4_LITERAL.matcher(host).matches();
        return literal ? this : new TcpListenSpec(resolve().getAddress().getHostAddress(), port, backlog, ipv6Only);
    }

    /**
     * The socket address to bind. A missing host becomes the IPv6 wildcard {@code ::}, which serves IPv4 as well unless
     * {@link #ipv6Only()}; where there is no IPv6 the provider binds {@code 0.0.0.0} in its place. In a JVM that has been told
     * to leave IPv6 alone ({@code java.net.preferIPv4Stack}) both become {@code 0.0.0.0}.
     *
     * @throws UnknownHostException if the host has no address; the message names this listener
     */
    @Override
    public InetSocketAddress resolve() throws UnknownHostException {
        if (isAnyAddress() && Boolean.getBoolean("java.net.preferIPv4Stack")) {
            return new InetSocketAddress(InetAddress.getByAddress(new byte[4]), port);
        }
        try {
            InetAddress address = host == null ? InetAddress.getByAddress(new byte[16]) : InetAddress.getByName(host);
            return new InetSocketAddress(address, port);
        } catch (UnknownHostException e) {
            throw new UnknownHostException("listen " + this + ": unknown host '" + host + "'");
        }
    }

    /** The textual form of the address; {@link ListenSpec#parse} reads it back. */
    @Override
    public String toString() {
        if (host == null) {
            return "*:" + port;
        }
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
