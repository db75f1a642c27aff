package io.forkless.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Tells what this process writes to. */
final class Terminal {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private Terminal() {}

    /**
     * Whether standard output or standard error is one. After {@code stty tostop} a terminal sends TTOU to a background
     * process for each write, and to its whole process group, unless the process ignores that signal (termios(3)).
     */
    static boolean isWrittenTo() {
        return Files.exists(DESCRIPTORS) ? isOutput(Terminal::isTerminal) : ControllingTerminal.canBeOpened();
    }

    /**
     * Whether a TTIN or TTOU may be the terminal's, due to another process of this one's group: that which reads its output,
     * as in {@code forkless run … | tee log &}.
     */
    static boolean maySignal() {
        return ProcessGroup.own().map(ProcessGroup::isInBackground).orElse(false)
                && isOutput(target -> target.startsWith("pipe:"));
    }

    private static boolean isOutput(Predicate<String> kind) {
        return Stream.of("1", "2").map(DESCRIPTORS::resolve).anyMatch(descriptor -> {
            try {
                return kind.test(Files.readSymbolicLink(descriptor).toString());
            } catch (IOException | RuntimeException e) {
                return false; // it is closed
            }
        });
    }

    /** By its name in {@code /dev}; proc(5). */
    private static boolean isTerminal(String target) {
        return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
    }
}
