package io.forkless.benchmarks.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The physical memory of processes, from {@code /proc/PID/smaps_rollup} (proc(5)). */
public final class Memory {
    private static final double KIBIBYTES_PER_MEBIBYTE = 1024;

    private Memory() {}

    /** The proportional set size of all of them in MiB, where a page that n processes share counts as an nth for each. */
    public static double pss(List<ProcessHandle> processes) throws IOException {
        double sum = 0;
        for (ProcessHandle process : processes) {
            sum += pss(Files.readString(Path.of("/proc", Long.toString(process.pid()), "smaps_rollup")));
        }
        return sum;
    }

    static double pss(String rollup) {
        return rollup.lines()
                        .filter(line -> line.startsWith("Pss:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("no Pss: in: " + rollup))
                / KIBIBYTES_PER_MEBIBYTE;
    }
}
