package io.forkless.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Tells whether this process writes to a terminal. */
final class Terminal {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private Terminal() {}

    /**
     * Whether standard output or standard error is one. After {@code stty tostop} a terminal sends TTOU to a background
     * process for each write, and to its whole process group, unless the process ignores that signal (termios(3)).
     */
    static boolean isWrittenTo() {
        return Files.exists(DESCRIPTORS)
                ? Stream.of("1", "2").map(DESCRIPTORS::resolve).anyMatch(Terminal::isTerminal)
                : hasOne();
    }

    /** Where there is no /proc: to open this one succeeds for those whom a terminal controls; tty(4). */
    private static boolean hasOne() {
        try {
            Files.newInputStream(Path.of("/dev/tty")).close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** By its name in {@code /dev}; proc(5). */
    private static boolean isTerminal(Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | RuntimeException e) {
            return false; // it is closed
        }
    }
}
