package io.forkless.spi;

/** Reads the textual form of an address, and refuses what that form cannot say. */
final class ListenSpecParser {
    static final String UNIX_PREFIX = "unix:";

    private ListenSpecParser() {}

    static ListenSpec parse(String text) {
        if (text.startsWith(UNIX_PREFIX)) {
            if (text.length() == UNIX_PREFIX.length()) {
                throw malformed(text, "the path is missing");
            }
            return ListenSpec.unix(text.substring(UNIX_PREFIX.length()));
        }
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        int port = parsePort(text, text.substring(colon + 1));
        if (host.isEmpty() || host.equals("*")) {
            return ListenSpec.tcp(null, port);
        }
        if (!isBracketed(host) && host.indexOf(':') >= 0) {
            throw malformed(text, "an IPv6 address needs brackets, as in [::1]:8080");
        }
        if (isBracketed(host) && host.indexOf(':') < 0) {
            throw malformed(text, "brackets are for IPv6 addresses, as in [::1]:8080");
        }
        try {
            return ListenSpec.tcp(host, port);
        } catch (IllegalArgumentException e) {
            throw malformed(text, e.getMessage());
        }
    }

    static boolean isBracketed(String host) {
        return host.startsWith("[") && host.endsWith("]");
    }

    /** The textual form, in which a worker asks for a listener, has another meaning for these, or none. */
    static void requireUnambiguousHost(String host) {
        if (host.isEmpty()
                || host.equals("*")
                || (host + ":").equals(UNIX_PREFIX)
                || host.indexOf('[') >= 0
                || host.indexOf(']') >= 0) {
            throw new IllegalArgumentException("'" + host + "' is not a host (null means every address)");
        }
    }

    static void requirePrintable(String value) {
        if (value != null && value.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("control characters are not allowed in an address");
        }
    }

    static void requireBacklog(int backlog) {
        if (backlog < 1) {
            throw new IllegalArgumentException("backlog " + backlog + " is not positive");
        }
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
}
