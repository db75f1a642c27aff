package io.forkless.benchmarks.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The physical memory of processes in MiB, from {@code /proc/PID/smaps_rollup} (proc(5)).
 *
 * @param rss all pages that they have in memory; what several share counts for each
 * @param pss the same, where a page that n processes share counts as an nth: this is what can be added up
 */
public record Memory(double rss, double pss) {
    private static final double KIBIBYTES_PER_MEBIBYTE = 1024;

    /** Of all of them together. */
    public static Memory of(List<ProcessHandle> processes) throws IOException {
        Memory sum = new Memory(0, 0);
        for (ProcessHandle process : processes) {
            sum = sum.plus(parse(Files.readString(Path.of("/proc", Long.toString(process.pid()), "smaps_rollup"))));
        }
        return sum;
    }

    public static Memory parse(String rollup) {
        return new Memory(field("Rss:", rollup), field("Pss:", rollup));
    }

    private Memory plus(Memory other) {
        return new Memory(rss + other.rss, pss + other.pss);
    }

    private static double field(String name, String rollup) {
        return rollup.lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .mapToObj(kibibytes -> kibibytes / KIBIBYTES_PER_MEBIBYTE)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no " + name + " in: " + rollup));
    }
}
