package io.forkless.benchmarks.startup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How long ago a process was started, from {@code /proc} (proc(5)): its spawner need not tell. Precise to a hundredth of a
 * second.
 */
final class ProcessAge {
    /** {@code sysconf(_SC_CLK_TCK)} of every Linux that there is. */
    private static final double TICKS_PER_SECOND = 100;

    private static final double MILLIS_PER_SECOND = 1000;
    private static final int START = 19;

    private ProcessAge() {}

    static double millis(long pid) throws IOException {
        String uptime = Files.readString(Path.of("/proc/uptime"));
        return millis(uptime, Files.readString(Path.of("/proc", Long.toString(pid), "stat")));
    }

    static double millis(String uptime, String stat) {
        double now = Double.parseDouble(uptime.split(" ")[0]);
        // the name, in parentheses, may contain anything
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (now - Long.parseLong(fields[START]) / TICKS_PER_SECOND) * MILLIS_PER_SECOND;
    }
}
