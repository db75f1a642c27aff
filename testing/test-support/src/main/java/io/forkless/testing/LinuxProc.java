package io.forkless.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What Linux tells about processes and sockets under {@code /proc}; proc(5), proc_net(5). */
public final class LinuxProc {
    public static final int O_RDWR = 02;
    public static final int O_CLOEXEC = 02000000;

    private static final Path PROC = Path.of("/proc");
    private static final String LISTEN = "0A"; // TCP_LISTEN, include/net/tcp_states.h

    private LinuxProc() {}

    /** The inode of each TCP socket that listens on that port. */
    public static List<String> listeners(int port) throws IOException {
        return rows(port).stream().map(columns -> columns[9]).toList();
    }

    /** The processes that have a descriptor of that socket. */
    public static Set<Long> holders(String inode) throws IOException {
        Set<Long> pids = new TreeSet<>();
        try (Stream<Path> processes = Files.list(PROC)) {
            for (Path process : processes
                    .filter(path -> path.getFileName().toString().matches("\\d+"))
                    .toList()) {
                if (holds(process, "socket:[" + inode + "]")) {
                    pids.add(Long.valueOf(process.getFileName().toString()));
                }
            }
        }
        return pids;
    }

    private static boolean holds(Path process, String link) {
        try {
            return descriptors(process).stream().anyMatch(fd -> link.equals(linkOf(fd)));
        } catch (IOException | UncheckedIOException e) {
            return false; // it has ended, or is somebody else's
        }
    }

    public static int openFiles(long pid) throws IOException {
        return descriptors(process(pid)).size();
    }

    /** Waits until this process has no more than that: other threads of the JVM may have one open for a moment. */
    public static void awaitNoMoreOpenFilesThan(int before) {
        await().untilAsserted(() ->
                assertThat(openFiles(ProcessHandle.current().pid())).isLessThanOrEqualTo(before));
    }

    /** The flags of each descriptor that the process has of that listener. */
    public static List<Integer> flagsOf(SocketAddress listener, long pid) throws IOException {
        String link = "socket:[" + inodeOf(listener) + "]";
        List<Integer> flags = new ArrayList<>();
        for (Path fd : descriptors(process(pid))) {
            if (link.equals(linkOf(fd))) {
                Path info = process(pid).resolve("fdinfo").resolve(fd.getFileName());
                flags.add(Integer.parseInt(field(info, "flags:"), 8));
            }
        }
        return flags;
    }

    /** How often that thread of this process has gone to sleep. */
    public static long sleeps(int tid) throws IOException {
        return Long.parseLong(field(PROC.resolve("self/task/" + tid + "/status"), "voluntary_ctxt_switches:"));
    }

    /** Whether this process has a handler for the signal, so that it will survive it. */
    public static boolean catches(int signal) throws IOException {
        long caught = Long.parseUnsignedLong(field(PROC.resolve("self/status"), "SigCgt:"), 16);
        return (caught >> (signal - 1) & 1) == 1;
    }

    /** Whether no thread of that process runs any more: some still do when the kill(1) that stops it has ended. */
    public static boolean isStopped(long pid) throws IOException {
        try (Stream<Path> threads = Files.list(process(pid).resolve("task"))) {
            return threads.allMatch(LinuxProc::isStopped);
        }
    }

    private static boolean isStopped(Path thread) {
        try {
            return field(thread.resolve("status"), "State:").equals("T");
        } catch (IOException e) {
            return true; // it has ended
        }
    }

    private static Path process(long pid) {
        return PROC.resolve(Long.toString(pid));
    }

    /** The first word after that name. */
    private static String field(Path file, String name) throws IOException {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(name))
                    .findFirst()
                    .orElseThrow()
                    .split("\\s+")[1];
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static List<Path> descriptors(Path process) throws IOException {
        try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
            // Listing a process's own directory takes a descriptor, which is gone again by now.
            return descriptors.filter(fd -> !linkOf(fd).isEmpty()).toList();
        }
    }

    private static String linkOf(Path fd) {
        try {
            String link = Files.readSymbolicLink(fd).toString();
            return link.matches("/proc/\\d+/fd") ? "" : link;
        } catch (NoSuchFileException closedMeanwhile) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String inodeOf(SocketAddress listener) throws IOException {
        if (listener instanceof InetSocketAddress inet) {
            return listeners(inet.getPort()).get(0);
        }
        return rows("unix").stream()
                .filter(columns -> columns[columns.length - 1].equals(listener.toString()))
                .findFirst()
                .orElseThrow()[6];
    }

    private static List<String[]> rows(int port) throws IOException {
        String suffix = String.format(":%04X", port);
        List<String[]> rows = new ArrayList<>(rows("tcp"));
        rows.addAll(rows("tcp6"));
        rows.removeIf(columns -> !columns[3].equals(LISTEN) || !columns[1].endsWith(suffix));
        return rows;
    }

    private static List<String[]> rows(String table) throws IOException {
        return Files.readAllLines(PROC.resolve("net").resolve(table)).stream()
                .map(line -> line.strip().split("\\s+"))
                .toList();
    }
}
