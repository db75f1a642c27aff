package io.forkless.cli;

import io.forkless.internal.control.Signals;
import java.util.Map;
import picocli.CommandLine;

/** Ctrl-C, or {@code TERM}, while a command waits for a supervisor. */
final class Interruption {
    /** As a shell reports a program that such a signal has ended: 128 and the signal's number. */
    private static final Map<String, Integer> STATUSES = Map.of("INT", 130, "TERM", 143);

    private Interruption() {}

    /** From now on, says what goes on without the command, and ends it. */
    static void leaves(CommandLine command, String whatGoesOn) {
        STATUSES.forEach((signal, status) -> Signals.handle(signal, () -> {
            command.getOut().flush();
            command.getErr().println("forkless: interrupted: " + whatGoesOn);
            command.getErr().flush();
            Runtime.getRuntime().halt(status);
        }));
    }
}
