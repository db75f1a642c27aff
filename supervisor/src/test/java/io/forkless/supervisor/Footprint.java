package io.forkless.supervisor;

import io.forkless.supervisor.process.ResidentMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a process of Linux takes of the system; proc(5). */
record Footprint(int descriptors, int threads, int children, int files, long residentKib) {
    /** @param temporary the process's directory for temporary files */
    static Footprint of(ProcessHandle process, Path temporary) throws IOException {
        Path proc = Path.of("/proc", Long.toString(process.pid()));
        return new Footprint(
                count(proc.resolve("fd")),
                count(proc.resolve("task")),
                (int) process.children().count(),
                (int) walk(temporary),
                ResidentMemory.of(process.pid()) >> 10);
    }

    /** By thread that lives, the time for which it has run, in nanoseconds: finer than the clock ticks of times(2). */
    static Map<Path, Long> cpuNanos(ProcessHandle process) throws IOException {
        Map<Path, Long> nanos = new HashMap<>();
        for (Path thread : list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
            try {
                String statistics = Files.readString(thread.resolve("schedstat"));
                nanos.put(thread, Long.valueOf(statistics.split(" ")[0]));
            } catch (NoSuchFileException ended) {
                // between the two looks
            }
        }
        return nanos;
    }

    @Override
    public String toString() {
        return descriptors + " descriptors, " + threads + " threads, " + children + " children, " + files + " files, "
                + residentKib + " KiB resident";
    }

    private static long walk(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.count();
        }
    }

    private static int count(Path directory) throws IOException {
        return list(directory).size();
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }
}
