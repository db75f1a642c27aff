package io.forkless.posix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The TCP handshakes that a Linux listener has begun and not finished: the rows of {@code /proc/net/tcp} and {@code tcp6}
 * in state {@code SYN_RECV} (proc(5); the states are those of {@code net/tcp_states.h}).
 */
final class Handshakes {
    private static final List<Path> TABLES = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
    private static final String SYN_RECV = "03";
    private static final int LOCAL_ADDRESS = 1;
    private static final int STATE = 3;

    private Handshakes() {}

    static boolean areUnderWay(int localPort) throws IOException {
        String port = ":" + String.format(Locale.ROOT, "%04X", localPort);
        for (Path table : TABLES) {
            if (Files.exists(table)) { // no tcp6 without IPv6
                try (Stream<String> rows = Files.lines(table)) {
                    if (rows.map(row -> row.trim().split("\\s+"))
                            .anyMatch(field -> field[STATE].equals(SYN_RECV) && field[LOCAL_ADDRESS].endsWith(port))) {
                        return true;
                    }
                }
            }
        }
        return false;
    }
}
