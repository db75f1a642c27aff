package io.forkless.supervisor.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much physical memory a process has: {@code VmRSS} of {@code /proc/PID/status}, proc(5), so on Linux only. */
public final class ResidentMemory {
    static final long UNKNOWN = -1;

    private static final String FIELD = "VmRSS:";

    private ResidentMemory() {}

    public static boolean isKnown() {
        return of(ProcessHandle.current().pid()) != UNKNOWN;
    }

    /** In bytes. */
    public static long of(long pid) {
        try (var lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            return lines.filter(line -> line.startsWith(FIELD))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(UNKNOWN);
        } catch (IOException | UncheckedIOException e) { // the latter if it ends while its lines are read
            return UNKNOWN; // another system, or the process has ended
        }
    }
}
