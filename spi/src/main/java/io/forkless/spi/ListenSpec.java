package io.forkless.spi;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Where and how to listen: an address to be resolved by whoever binds, a backlog, and whether an IPv6 socket serves
 * IPv6 alone.
 *
 * <p>The textual form, also that of {@code --listen}, is {@code HOST:PORT}, {@code [IPV6]:PORT}, {@code *:PORT} or just
 * {@code PORT} for every address of every family, or {@code unix:PATH}.
 *
 * @param host a name or literal address, an IPv6 one with or without brackets; {@code null} listens on every address, IPv4
 *     and IPv6 alike. For a Unix-domain listener {@code null}
 * @param port 0 to 65535; 0 lets the system choose. For a Unix-domain listener -1
 * @param path the absolute path of a Unix-domain listener, else {@code null}; a relative one is made absolute
 * @param backlog how many connections the system may queue until a worker accepts them, at least 1; the system may cap
 *     it (Linux: {@code net.core.somaxconn})
 * @param ipv6Only whether {@code ::} leaves IPv4 alone ({@code IPV6_V6ONLY}, RFC 3493 section 5.3)
 */
public record ListenSpec(String host, int port, String path, int backlog, boolean ipv6Only) {
    /** The backlog unless another one is asked for. */
    public static final int DEFAULT_BACKLOG = 1024;

    private static final String UNIX_PREFIX = "unix:";

    public ListenSpec {
        if ((path == null) == (port == -1)) {
            throw new IllegalArgumentException("either a port or a path is needed");
        }
        if (path == null && (port < 0 || port > 65535)) {
            throw new IllegalArgumentException("port " + port + " is not between 0 and 65535");
        }
        if (path != null && (host != null || path.isEmpty())) {
            throw new IllegalArgumentException("a Unix-domain listener has a path and no host");
        }
        if (backlog < 1) {
            throw new IllegalArgumentException("backlog " + backlog + " is not positive");
        }
        requirePrintable(host);
        requirePrintable(path);
        if (host != null) {
            host = isBracketed(host) && host.indexOf(':') >= 0 ? host.substring(1, host.length() - 1) : host;
            requireUnambiguous(host);
        }
        if (path != null) {
            path = Path.of(path).toAbsolutePath().normalize().toString();
        }
    }

    /** Listens on a TCP port of {@code host}, or of every address if {@code host} is null. */
    public static ListenSpec tcp(String host, int port) {
        return new ListenSpec(host, port, null, DEFAULT_BACKLOG, false);
    }

    /** Listens on a Unix-domain path. */
    public static ListenSpec unix(String path) {
        return new ListenSpec(null, -1, Objects.requireNonNull(path, "path"), DEFAULT_BACKLOG, false);
    }

    public ListenSpec withBacklog(int newBacklog) {
        return new ListenSpec(host, port, path, newBacklog, ipv6Only);
    }

    public ListenSpec withIpv6Only(boolean newIpv6Only) {
        return new ListenSpec(host, port, path, backlog, newIpv6Only);
    }

    /**
     * Reads the textual form.
     *
     * @throws IllegalArgumentException with a message for the person who typed it
     */
    public static ListenSpec parse(String text) {
        if (text.startsWith(UNIX_PREFIX)) {
            if (text.length() == UNIX_PREFIX.length()) {
                throw malformed(text, "the path is missing");
            }
            return unix(text.substring(UNIX_PREFIX.length()));
        }
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        int port = parsePort(text, text.substring(colon + 1));
        if (host.isEmpty() || host.equals("*")) {
            return tcp(null, port);
        }
        if (!isBracketed(host) && host.indexOf(':') >= 0) {
            throw malformed(text, "an IPv6 address needs brackets, as in [::1]:8080");
        }
        if (isBracketed(host) && host.indexOf(':') < 0) {
            throw malformed(text, "brackets are for IPv6 addresses, as in [::1]:8080");
        }
        try {
            return tcp(host, port);
        } catch (IllegalArgumentException e) {
            throw malformed(text, e.getMessage());
        }
    }

    /**
     * The socket address to bind. A {@code null} host becomes the IPv6 wildcard {@code ::}, which serves IPv4 as well
     * unless {@link #ipv6Only()}; where there is no IPv6 the provider binds {@code 0.0.0.0} in its place.
     *
     * @throws UnknownHostException if the host has no address; the message names this listener
     */
    public SocketAddress resolve() throws UnknownHostException {
        if (path != null) {
            return UnixDomainSocketAddress.of(path);
        }
        try {
            InetAddress address = host == null ? InetAddress.getByAddress(new byte[16]) : InetAddress.getByName(host);
            return new InetSocketAddress(address, port);
        } catch (UnknownHostException e) {
            throw new UnknownHostException("listen " + this + ": unknown host '" + host + "'");
        }
    }

    public boolean isUnix() {
        return path != null;
    }

    /** The textual form of the address; {@link #parse} reads it back. */
    @Override
    public String toString() {
        if (path != null) {
            return UNIX_PREFIX + path;
        }
        if (host == null) {
            return "*:" + port;
        }
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }

    private static int parsePort(String text, String digits) {
        try {
            int port = Integer.parseInt(digits);
            if (port >= 0 && port <= 65535 && Character.isDigit(digits.charAt(0))) {
                return port;
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw malformed(text, "the port must be a number between 0 and 65535");
    }

    private static IllegalArgumentException malformed(String text, String why) {
        return new IllegalArgumentException(
                "'" + text + "' is not an address to listen on: " + why + " (use HOST:PORT, PORT or unix:PATH)");
    }

    private static boolean isBracketed(String host) {
        return host.startsWith("[") && host.endsWith("]");
    }

    /** The textual form, in which a worker asks for a listener, has another meaning for these, or none. */
    private static void requireUnambiguous(String host) {
        if (host.isEmpty()
                || host.equals("*")
                || (host + ":").equals(UNIX_PREFIX)
                || host.indexOf('[') >= 0
                || host.indexOf(']') >= 0) {
            throw new IllegalArgumentException("'" + host + "' is not a host (null means every address)");
        }
    }

    private static void requirePrintable(String value) {
        if (value != null && value.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("control characters are not allowed in an address");
        }
    }
}
