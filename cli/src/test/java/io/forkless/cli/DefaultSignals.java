package io.forkless.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A shell without job control starts what it puts into the background with {@code INT} and {@code QUIT} ignored (POSIX,
 * Shell Command Language, 2.11), which every program below inherits, and a JVM that starts so never hears of an {@code INT}.
 * No shell may undo it, nor may a JVM, so it takes another program.
 */
final class DefaultSignals {
    /** What to put in front of a command, which keeps the process and its id; empty where nothing can reset signals. */
    static final List<String> PREFIX = List.of(
                    List.of("env", "--default-signal=INT,QUIT"), // of GNU, since coreutils 8.31
                    List.of("perl", "-e", "$SIG{INT} = $SIG{QUIT} = 'DEFAULT'; exec @ARGV or die $!", "--"))
            .stream()
            .filter(DefaultSignals::works)
            .findFirst()
            .orElse(List.of());

    private DefaultSignals() {}

    private static boolean works(List<String> prefix) {
        try {
            List<String> command = new ArrayList<>(prefix);
            command.add("true");
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException e) {
            return false; // no such program
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
