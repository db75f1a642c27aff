package io.forkless.posix;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * The paths that living processes have bound, for whoever may not connect to one: the rows of {@code /proc/net/unix}
 * (proc_net(5); {@code unix_seq_show} in {@code net/unix/af_unix.c}). Those of this network namespace only.
 */
final class BoundPaths {
    private static final Path TABLE = Path.of("/proc/net/unix");

    // Num, RefCount, Protocol, Flags, Type, St, Inode, and a path if it has one, which may have spaces.
    private static final int COLUMNS = 8;
    private static final int STATE = 5;
    private static final int PATH = 7;

    /** A listener, or a socket of datagrams. An accepted connection has the path of its listener, and another state. */
    private static final String SS_UNCONNECTED = "01";

    private BoundPaths() {}

    /** @throws IOException if it cannot be told, as on macOS, which has no such table */
    static boolean contain(Path path) throws IOException {
        try (BufferedReader rows = Files.newBufferedReader(TABLE, StandardCharsets.ISO_8859_1)) {
            return rows.lines()
                    .map(row -> row.split(" +", COLUMNS))
                    .filter(columns -> columns.length == COLUMNS && columns[STATE].equals(SS_UNCONNECTED))
                    .anyMatch(columns -> isSame(columns[PATH], path));
        }
    }

    /** A relative one is of somebody else's directory: it is taken for the same if it may be. */
    private static boolean isSame(String latin1, Path path) {
        String bound = new String(latin1.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        if (!("/" + bound).endsWith("/" + path.getFileName())) {
            return false;
        }
        try {
            return !bound.startsWith("/") || Files.isSameFile(Path.of(bound), path);
        } catch (InvalidPathException e) {
            return true; // this JVM cannot look there, and perhaps it is the same directory by another name
        } catch (IOException e) {
            return false; // it is not there any more, or out of this user's reach
        }
    }
}
