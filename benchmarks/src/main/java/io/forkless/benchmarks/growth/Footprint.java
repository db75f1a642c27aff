package io.forkless.benchmarks.growth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What processes occupy besides memory, from {@code /proc/PID} (proc(5)). */
final class Footprint {
    private Footprint() {}

    static long threads(ProcessHandle process) throws IOException {
        return number(process, "status", "Threads:");
    }

    static long descriptors(ProcessHandle process) throws IOException {
        try (Stream<Path> descriptors = Files.list(file(process, "fd"))) {
            return descriptors.count();
        }
    }

    /** How many descriptors a process may have; a JVM raises it to what it is allowed, and so do its children. */
    static long descriptorLimit() throws IOException {
        String limit = Files.readAllLines(Path.of("/proc/self/limits")).stream()
                .filter(line -> line.startsWith("Max open files"))
                .map(line -> line.split("\\s+")[3])
                .findFirst()
                .orElseThrow();
        return limit.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(limit);
    }

    private static long number(ProcessHandle process, String file, String name) throws IOException {
        return Files.readAllLines(file(process, file)).stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.split("\\s+")[1])
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow(() -> new IOException("no " + name + " in /proc/" + process.pid() + "/" + file));
    }

    private static Path file(ProcessHandle process, String name) {
        return Path.of("/proc", Long.toString(process.pid()), name);
    }
}
