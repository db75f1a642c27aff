package io.forkless.posix;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The TCP handshakes that a Linux listener has begun and not finished: the rows of {@code /proc/net/tcp} and {@code tcp6}
 * in state {@code SYN_RECV} (proc(5); the states are those of {@code net/tcp_states.h}).
 */
final class Handshakes {
    private static final List<Path> TABLES = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
    private static final String SYN_RECV = "03";

    private Handshakes() {}

    /**
     * Whether there is one on that port.
     *
     * @param deadline when to give up, by {@link System#nanoTime()}: a busy machine has a long table
     * @return false also when it could not be told by the deadline
     */
    static boolean areUnderWay(int localPort, long deadline) throws IOException {
        String port = String.format(Locale.ROOT, "%04X", localPort);
        Pattern row = Pattern.compile(" *\\d+: [0-9A-F]+:" + port + " [0-9A-F]+:[0-9A-F]+ " + SYN_RECV + " ");
        for (Path table : TABLES) {
            if (contains(table, row, deadline)) {
                return true;
            }
        }
        return false;
    }

    private static boolean contains(Path table, Pattern row, long deadline) throws IOException {
        try (BufferedReader rows = Files.newBufferedReader(table, StandardCharsets.ISO_8859_1)) {
            String next = rows.readLine();
            while (next != null && System.nanoTime() - deadline < 0) {
                if (row.matcher(next).lookingAt()) {
                    return true;
                }
                next = rows.readLine();
            }
            return false;
        } catch (NoSuchFileException e) {
            return false; // there is no tcp6 without IPv6, and no table but on Linux
        }
    }
}
