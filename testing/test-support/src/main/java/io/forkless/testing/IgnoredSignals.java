package io.forkless.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Signals that this JVM ignores because it was started so: a shell without job control lets what it runs in the
 * background ignore INT and QUIT, and nohup(1) HUP. Processes inherit that, and a JVM that begins with an ignored signal
 * never handles it.
 */
public final class IgnoredSignals {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final long HUP_INT_OR_QUIT = 0b111; // signals 1, 2 and 3, as bits

    private IgnoredSignals() {}

    /**
     * What runs a command so that it ignores none of them; empty if this JVM does not either, or if this is not Linux,
     * where env(1) of GNU can do it and proc(5) tells.
     */
    public static List<String> resetting() throws IOException {
        return Files.exists(STATUS) && (ignored() & HUP_INT_OR_QUIT) != 0
                ? List.of("env", "--default-signal=HUP,INT,QUIT")
                : List.of();
    }

    private static long ignored() throws IOException {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith("SigIgn:"))
                    .mapToLong(line -> Long.parseUnsignedLong(line.split("\\s+")[1], 16))
                    .sum();
        }
    }
}
