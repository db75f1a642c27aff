package io.forkless.cli;

import io.forkless.internal.control.Signals;
import io.forkless.supervisor.Supervisor;
import io.forkless.supervisor.output.Log;
import io.forkless.supervisor.status.Outcome;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code forkless run}: supervises in the foreground until it is told to stop. */
@Command(
        name = "run",
        description = "Runs N workers on shared listening sockets until TERM or INT (Ctrl-C).",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:all workers drained and stopped",
            "1:internal error",
            "2:wrong command line",
            "3:cannot start: address, provider, name, log directory or pid file is not available",
            "4:gave up: the workers fail again and again before or soon after they are ready, or need an address that they"
                    + " are not granted",
            "5:stopped, but a worker that had been ready did not drain: it was killed or ended with an error",
            "126:COMMAND, or the jar of 'java -jar', cannot be executed",
            "127:COMMAND, or the jar of 'java -jar', is not found"
        },
        footer = {
            "",
            "Signals: TERM or INT drains all workers and exits; a second one kills them. HUP restarts the workers one"
                    + " after the other, TTIN and TTOU add and remove one, USR1 reopens the log files. On a terminal, TTIN"
                    + " and TTOU are ignored, since it sends them to whoever writes in the background: use 'forkless"
                    + " scale' there.",
            "Example: forkless run --workers 4 --listen 8080 -- java -jar app.jar",
            "An argument @FILE before '--' stands for the arguments in that file; what follows '--' is COMMAND's own."
        })
final class RunCommand implements Callable<Integer> {
    private static final System.Logger LOG = Log.supervisor();

    @Spec
    private CommandSpec spec;

    @Mixin
    private RunOptions options;

    @Option(names = "--dry-run", description = "Checks the command line, shows what would run, and exits.")
    private boolean dryRun;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Supervisor supervisor = configure();
        if (dryRun) {
            spec.commandLine().getOut().println(supervisor);
            return ExitStatus.OK;
        }
        handleSignals(supervisor);
        Outcome outcome;
        try {
            outcome = supervise(supervisor);
        } catch (IOException | RuntimeException e) {
            ExitDeadline.begin(ExitStatus.of(e));
            throw e;
        }
        ExitDeadline.begin(outcome.exitStatus());
        if (!supervisor.failure().isEmpty()) {
            spec.commandLine().getErr().println("forkless: " + supervisor.failure());
        }
        return outcome.exitStatus();
    }

    private Outcome supervise(Supervisor supervisor) throws IOException, InterruptedException {
        PidFile pidFile = PidFile.write(options.pidFile());
        try {
            supervisor.start();
            return supervisor.awaitTermination();
        } finally {
            pidFile.close();
        }
    }

    private Supervisor configure() {
        try {
            return options.build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private static void handleSignals(Supervisor supervisor) {
        StopRequests stopRequests = new StopRequests(supervisor);
        for (String signal : List.of("TERM", "INT")) {
            Signals.handle(signal, stopRequests);
        }
        handle("HUP", supervisor::restart);
        if (Terminal.isWrittenTo()) {
            Signals.ignore("TTIN");
            Signals.ignore("TTOU");
        } else {
            handle("TTIN", () -> supervisor.scaleBy(1));
            handle("TTOU", () -> supervisor.scaleBy(-1));
        }
        handle("USR1", supervisor::reopenLogs);
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

    /** The first request drains, the second one kills. It may come before the supervisor has started. */
    private static final class StopRequests implements Runnable {
        private final Supervisor supervisor;
        private boolean asked;

        StopRequests(Supervisor supervisor) {
            this.supervisor = supervisor;
        }

        @Override
        public synchronized void run() {
            if (asked) {
                supervisor.kill();
            } else {
                supervisor.stop();
            }
            asked = true;
        }
    }
}
