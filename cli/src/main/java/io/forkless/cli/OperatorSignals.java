package io.forkless.cli;

import io.forkless.internal.control.Signals;
import io.forkless.supervisor.Supervisor;
import io.forkless.supervisor.output.Log;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** What a supervisor in the foreground does at which signal. */
final class OperatorSignals {
    private static final System.Logger LOG = Log.supervisor();

    /** The first JDK of which a USR2 from outside is not the end; JDK-8288556. */
    private static final int SURVIVES_USR2 = 20;

    private OperatorSignals() {}

    /**
     * Ignores what a terminal sends, if it may. To be called before anything is printed: a background process that writes to its
     * terminal may be stopped for it.
     *
     * @return whether it does
     */
    static boolean ignoreTerminal() {
        return (Terminal.isWrittenTo() || Terminal.maySignal()) && Signals.ignore("TTIN") && Signals.ignore("TTOU");
    }

    static void handle(Supervisor supervisor) {
        StopRequests stopRequests = new StopRequests(supervisor::stop, supervisor::kill, System::nanoTime);
        for (String signal : List.of("TERM", "INT")) {
            Signals.handle(signal, stopRequests);
        }
        ControllingTerminal terminal = ControllingTerminal.watched();
        handle("HUP", () -> {
            if (!terminal.hasJustGone()) {
                return supervisor.restart();
            }
            LOG.log(Level.INFO, "SIGHUP: the terminal was closed");
            // Does not count as a request: the shell tells it once more, and others may follow by TERM.
            supervisor.stop();
            return CompletableFuture.completedFuture(null);
        });
        if (!ignoreTerminal()) {
            handleScaling("TTIN", () -> supervisor.scaleBy(1));
            handleScaling("TTOU", () -> supervisor.scaleBy(-1));
        }
        handle("USR1", supervisor::reopenLogs);
        if (Runtime.version().feature() < SURVIVES_USR2) {
            // The JVM needs it to sample threads for its flight recorder, and for nothing else.
            Signals.ignore("USR2");
        }
    }

    private static void handleScaling(String signal, Supplier<CompletableFuture<Void>> action) {
        handle(signal, () -> {
            if (!Terminal.maySignal()) {
                return action.get();
            }
            LOG.log(
                    Level.INFO,
                    "SIG{0} is ignored: a terminal sends it to what runs in its background; use ''forkless scale''",
                    signal);
            return CompletableFuture.completedFuture(null);
        });
    }

    /** Nobody waits for a signal's result, so that a failure goes to the log. */
    private static void handle(String signal, Supplier<CompletableFuture<Void>> action) {
        Signals.handle(
                signal,
                () -> action.get().whenComplete((nothing, failure) -> {
                    if (failure != null) {
                        LOG.log(Level.WARNING, "SIG" + signal + ": " + failure.getMessage());
                    }
                }));
    }
}
