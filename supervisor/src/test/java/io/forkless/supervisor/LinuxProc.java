package io.forkless.supervisor;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What the kernel says of processes and sockets, proc(5). */
public final class LinuxProc {
    private static final Path PROC = Path.of("/proc");
    private static final String LISTEN = "0A"; // TCP_LISTEN, include/net/tcp_states.h

    private LinuxProc() {}

    /** The inode of each socket that listens on that port. */
    public static List<String> listeners(int port) throws IOException {
        String suffix = String.format(":%04X", port);
        List<String> inodes = new ArrayList<>();
        for (String table : List.of("tcp", "tcp6")) {
            for (String line : Files.readAllLines(PROC.resolve("net").resolve(table))) {
                String[] field = line.strip().split(" +");
                if (field[1].endsWith(suffix) && field[3].equals(LISTEN)) {
                    inodes.add(field[9]);
                }
            }
        }
        return inodes;
    }

    /** The processes that have a descriptor of that socket. */
    static Set<Long> holders(String inode) throws IOException {
        Set<Long> pids = new TreeSet<>();
        try (Stream<Path> processes = Files.list(PROC)) {
            for (Path process : processes
                    .filter(path -> path.getFileName().toString().matches("\\d+"))
                    .toList()) {
                if (links(process.resolve("fd")).contains("socket:[" + inode + "]")) {
                    pids.add(Long.valueOf(process.getFileName().toString()));
                }
            }
        }
        return pids;
    }

    private static List<String> links(Path directory) {
        List<String> targets = new ArrayList<>();
        try (Stream<Path> links = Files.list(directory)) {
            for (Path link : links.toList()) {
                targets.add(Files.readSymbolicLink(link).toString());
            }
        } catch (IOException | UncheckedIOException e) {
            // it has ended, or is somebody else's
        }
        return targets;
    }

    public static void signal(String name, long pid) throws Exception {
        if (new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor() != 0) {
            throw new IOException("kill -" + name + " " + pid);
        }
    }

    /** Stops it, and waits until none of its threads runs: one that accepts just then may still get a connection. */
    public static void stop(long pid) throws Exception {
        signal("STOP", pid);
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            try (Stream<Path> threads = Files.list(PROC.resolve(pid + "/task"))) {
                return threads.allMatch(thread -> state(thread) == 'T');
            }
        });
    }

    private static char state(Path thread) {
        try {
            String stat = Files.readString(thread.resolve("stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            return 'T'; // it has ended
        }
    }
}
