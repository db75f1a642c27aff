package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What Linux tells about processes and sockets under {@code /proc}; proc(5), proc_net(5). */
final class Proc {
    static final int O_RDWR = 02;
    static final int O_CLOEXEC = 02000000;

    private static final String LISTEN = "0A";

    private Proc() {}

    static int openFiles(long pid) throws IOException {
        return descriptors(pid).size();
    }

    /** Waits until this process has no more than that: other threads of the JVM may have one open for a moment. */
    static void awaitNoMoreOpenFilesThan(int before) {
        await().untilAsserted(() ->
                assertThat(openFiles(ProcessHandle.current().pid())).isLessThanOrEqualTo(before));
    }

    /** The flags of each descriptor that the process has of that listener. */
    static List<Integer> flagsOf(SocketAddress listener, long pid) throws IOException {
        String link = "socket:[" + columns(listener)[inodeColumn(listener)] + "]";
        return descriptors(pid).stream()
                .filter(fd -> link.equals(linkOf(fd)))
                .map(fd -> flags(pid, fd.getFileName().toString()))
                .toList();
    }

    /** How many connections wait to be accepted. */
    static int queued(SocketAddress tcpListener) throws IOException {
        return Integer.parseInt(columns(tcpListener)[4].split(":")[1], 16);
    }

    /** How often that thread of this process has gone to sleep. */
    static long sleeps(int tid) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/task/" + tid + "/status"))) {
            return lines.filter(line -> line.startsWith("voluntary_ctxt_switches"))
                    .mapToLong(line -> Long.parseLong(line.split("\\s+")[1]))
                    .sum();
        }
    }

    /** Whether no thread of that process runs any more: some still do when the kill(1) that stops it has ended. */
    static boolean isStopped(long pid) throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (Path thread : threads.toList()) {
                if (!Files.readString(thread.resolve("status")).contains("State:\tT (stopped)")) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Whether this process has a handler for the signal, so that it will survive it. */
    static boolean catches(int signal) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("SigCgt"))
                    .anyMatch(line -> (Long.parseUnsignedLong(line.split("\\s+")[1], 16) >> (signal - 1) & 1) == 1);
        }
    }

    private static List<Path> descriptors(long pid) throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
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
            throw new AssertionError(e);
        }
    }

    private static int flags(long pid, String fd) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/fdinfo/" + fd))) {
            return lines.filter(line -> line.startsWith("flags:"))
                    .mapToInt(line -> Integer.parseInt(line.split("\\s+")[1], 8))
                    .sum();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static int inodeColumn(SocketAddress listener) {
        return listener instanceof InetSocketAddress ? 9 : 6;
    }

    private static String[] columns(SocketAddress listener) throws IOException {
        List<Path> tables = listener instanceof InetSocketAddress
                ? List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"))
                : List.of(Path.of("/proc/net/unix"));
        for (Path table : tables) {
            for (String line : Files.readAllLines(table)) {
                String[] columns = line.trim().split("\\s+");
                if (isListener(columns, listener)) {
                    return columns;
                }
            }
        }
        throw new AssertionError("nobody listens on " + listener);
    }

    private static boolean isListener(String[] columns, SocketAddress address) {
        if (address instanceof InetSocketAddress inet) {
            return columns[3].equals(LISTEN) && columns[1].endsWith(String.format(":%04X", inet.getPort()));
        }
        return columns[columns.length - 1].equals(address.toString());
    }
}
