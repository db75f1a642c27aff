package io.forkless.internal.control;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.TcpListenSpec;
import io.forkless.spi.UnixListenSpec;

/** What a specification says beside address and backlog, as one word of a control message. */
final class ListenOptions {
    private ListenOptions() {}

    static String encode(ListenSpec spec) {
        if (spec instanceof UnixListenSpec unix) {
            return Integer.toOctalString(unix.mode()) + ":" + orEmpty(unix.owner()) + ":" + orEmpty(unix.group());
        }
        return Boolean.toString(((TcpListenSpec) spec).ipv6Only());
    }

    /** @throws IllegalArgumentException if the word says nothing about such a specification */
    static ListenSpec apply(String word, ListenSpec spec) {
        if (spec instanceof UnixListenSpec unix) {
            String[] part = word.split(":", -1);
            if (part.length != 3) {
                throw new IllegalArgumentException("not MODE:OWNER:GROUP");
            }
            return unix.withMode(Integer.parseInt(part[0], 8))
                    .withOwner(orNull(part[1]))
                    .withGroup(orNull(part[2]));
        }
        return ((TcpListenSpec) spec).withIpv6Only(Boolean.parseBoolean(word));
    }

    private static String orEmpty(String value) {
        return value == null ? "" : value;
    }

    private static String orNull(String value) {
        return value.isEmpty() ? null : value;
    }
}
