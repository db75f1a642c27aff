package io.forkless.internal.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * Tells a process from a later one with the same pid: by the pid and the time when it started.
 *
 * @param start the same for each observer. On Linux clock ticks since boot ({@code starttime}, proc_pid_stat(5)): the time of
 *     day that a JVM computes from it changes when somebody sets the clock
 */
public record ProcessIdentity(long pid, String start) {
    // Of proc_pid_stat(5), after the name, which is in parentheses and may have blanks.
    private static final int STATE = 0;
    private static final int START_TIME = 19;

    private static final Path PROC = Path.of("/proc");

    private static final char SEPARATOR = ':';

    /** Identifies the running process with that pid; empty if there is none. */
    public static Optional<ProcessIdentity> of(long pid) {
        return UserId.isKnown() ? of(pid, PROC) : byTheJdk(pid); // on Windows such a path could be anything
    }

    /** @param proc where proc(5) is mounted, if anywhere */
    static Optional<ProcessIdentity> of(long pid, Path proc) {
        if (!Files.exists(proc.resolve("self/stat"))) {
            return byTheJdk(pid);
        }
        try {
            String text = Files.readString(proc.resolve(pid + "/stat"));
            String[] fields = text.substring(text.lastIndexOf(')') + 1).strip().split(" ");
            // A zombie has ended; its parent may never ask for its status.
            boolean ended = fields[STATE].equals("Z") || fields[STATE].equals("X");
            return ended ? Optional.empty() : Optional.of(new ProcessIdentity(pid, fields[START_TIME]));
        } catch (IOException | RuntimeException e) {
            return Optional.empty(); // it has just ended
        }
    }

    private static Optional<ProcessIdentity> byTheJdk(long pid) {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .map(process -> new ProcessIdentity(
                        pid,
                        process.info()
                                .startInstant()
                                .map(Instant::toEpochMilli)
                                .map(String::valueOf)
                                .orElse("")));
    }

    /** This process. */
    public static ProcessIdentity own() {
        long pid = ProcessHandle.current().pid();
        return of(pid).orElse(new ProcessIdentity(pid, ""));
    }

    /** Whether it still runs. */
    public boolean isAlive() {
        return of(pid).filter(this::equals).isPresent();
    }

    /** @throws IllegalArgumentException if the text does not identify a process */
    public static ProcessIdentity parse(String text) {
        int separator = text.indexOf(SEPARATOR);
        if (separator < 0) {
            throw new IllegalArgumentException("not a process");
        }
        return new ProcessIdentity(Long.parseLong(text.substring(0, separator)), text.substring(separator + 1));
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return pid + "" + SEPARATOR + start;
    }
}
