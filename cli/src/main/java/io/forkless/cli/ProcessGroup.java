package io.forkless.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where this process stands towards its terminal; proc_pid_stat(5).
 *
 * @param id its process group
 * @param terminal the number of its controlling terminal, 0 if it has none
 * @param foreground the process group in the terminal's foreground
 */
record ProcessGroup(int id, int terminal, int foreground) {
    private static final Path STAT = Path.of("/proc/self/stat");

    /** Empty where there is no {@code /proc}. */
    static Optional<ProcessGroup> own() {
        try {
            return Optional.of(parse(Files.readString(STAT)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The name of the process, which comes before what is read here, may have blanks and parentheses. */
    static ProcessGroup parse(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
        return new ProcessGroup(Integer.parseInt(fields[2]), Integer.parseInt(fields[4]), Integer.parseInt(fields[5]));
    }

    boolean hasTerminal() {
        return terminal != 0;
    }

    /** To such a group the terminal sends TTIN when one of its processes reads, and may send TTOU when one writes. */
    boolean isInBackground() {
        return hasTerminal() && id != foreground;
    }
}
