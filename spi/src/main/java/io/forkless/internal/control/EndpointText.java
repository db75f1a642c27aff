package io.forkless.internal.control;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/**
 * The contents of the file that guards a supervisor's name: who has the name, what lets an operator in, and where to call.
 *
 * @param pid of the supervisor, or -1 if it has just begun to start
 * @param token a secret
 * @param address of its control socket; {@code null} while it is starting
 */
public record EndpointText(long pid, String token, SocketAddress address) {
    /** A longer file is not ours. */
    public static final int MAX_BYTES = 4096;

    /** What follows the supervisor's name in the name of the file. */
    public static final String FILE_SUFFIX = ".endpoint";

    /** The lock of this byte is the claim. It is beyond the text, since on Windows others cannot read what is locked. */
    public static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

    private static final String UNIX = "unix:";

    /** @throws IllegalArgumentException if the text is something else */
    public static EndpointText parse(String text) {
        String[] field = text.split(" ", 3);
        return field.length < 3
                ? new EndpointText(-1, "", null)
                : new EndpointText(Long.parseLong(field[0]), field[1], address(field[2]));
    }

    private static SocketAddress address(String text) {
        if (!text.endsWith("\n")) {
            return null;
        }
        String address = text.strip();
        return address.startsWith(UNIX)
                ? UnixDomainSocketAddress.of(address.substring(UNIX.length()))
                : new InetSocketAddress("127.0.0.1", Integer.parseInt(address));
    }

    /** How an address is written. */
    public static String encode(SocketAddress address) {
        return address instanceof UnixDomainSocketAddress unix
                ? UNIX + unix.getPath()
                : Integer.toString(((InetSocketAddress) address).getPort());
    }

    @Override
    public String toString() {
        return "EndpointText[pid " + pid + ", " + address + "]"; // never the token
    }
}
