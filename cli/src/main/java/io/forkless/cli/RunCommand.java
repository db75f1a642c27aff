package io.forkless.cli;

import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.RuntimeDirectory;
import io.forkless.internal.control.SupervisorLaunch;
import io.forkless.supervisor.Supervisor;
import io.forkless.supervisor.SupervisorBuilder;
import io.forkless.supervisor.status.Outcome;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
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
            "3:cannot start: address, provider, name, a directory or the pid file is not available",
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
                    + " scale' there. HUP stops it like TERM if its terminal was closed.",
            "Example: forkless run --workers 4 --listen 8080 -- java -jar app.jar",
            RunOptions.UNITS,
            RunOptions.ARGUMENT_FILES
        })
final class RunCommand implements Callable<Integer> {
    static final String BACKGROUND = "--background";

    static final String TAKE_OVER = "--take-over";

    private static final String AS_RECORDED = "--as-recorded";

    @Spec
    private CommandSpec spec;

    @Mixin
    private RunOptions options;

    @Option(
            names = "--dry-run",
            description = "Checks the command line, shows what would run, and exits; with the status of a start if"
                    + " COMMAND or its directory is not there.")
    private boolean dryRun;

    @Option(names = BACKGROUND, hidden = true, description = "As 'start' runs it: its log is its standard error, too.")
    private boolean background;

    @Option(
            names = TAKE_OVER,
            hidden = true,
            description =
                    "As 'upgrade' runs it: takes over from the supervisor of that name. The file says how that one was started.")
    private Path takesOver;

    @Option(
            names = AS_RECORDED,
            hidden = true,
            description = "As a worker starts a supervisor that had taken over: how it was first started is recorded.")
    private boolean asRecorded;

    @Override
    public Integer call() throws IOException, InterruptedException {
        OperatorSignals.ignoreTerminal();
        SupervisorLog log = options.openLog();
        Supervisor supervisor = configure(log);
        if (dryRun) {
            spec.commandLine().getOut().println(supervisor);
            supervisor.check();
            return ExitStatus.OK;
        }
        OwnProcess.leaveOptionsToWorkers(
                ((Main) spec.root().userObject()).arguments().afterName());
        PrintWriter console = spec.commandLine().getErr(); // as long as it is that
        log.begin();
        spec.commandLine().setErr(background ? new PrintWriter(System.err, true) : console);
        WorkerLogs workerLogs = options.logDirectory() == null ? null : new WorkerLogs(options.logDirectory());
        OperatorSignals.handle(supervisor);
        Outcome outcome;
        try {
            outcome = supervise(supervisor);
        } catch (IOException | RuntimeException e) {
            ExitDeadline.begin(ExitStatus.of(e));
            throw e;
        }
        if (outcome == Outcome.HANDED_OVER && isAwaited()) {
            return new Successor(options.name()).await();
        }
        ExitDeadline.begin(outcome.exitStatus());
        if (outcome == Outcome.GAVE_UP && workerLogs != null && !background) {
            workerLogs.show(options.workers(), index -> options.log().fileName(index, supervisor.name()), console);
        }
        if (!supervisor.failure().isEmpty()) {
            spec.commandLine().getErr().println("forkless: " + supervisor.failure());
        }
        return outcome.exitStatus();
    }

    /** Whether the end of this process would be taken for the end of the service. */
    private boolean isAwaited() {
        return !background && System.getenv("NOTIFY_SOCKET") == null;
    }

    private Outcome supervise(Supervisor supervisor) throws IOException, InterruptedException {
        PidFile pidFile = takesOver == null ? PidFile.write(options.pidFile()) : PidFile.NONE;
        try {
            supervisor.start();
            if (takesOver != null) {
                pidFile = PidFile.overwrite(options.pidFile());
            }
            LateClasses.load(supervisor);
            Outcome outcome = supervisor.awaitTermination();
            if (outcome == Outcome.HANDED_OVER) {
                pidFile.handOver();
            }
            return outcome;
        } finally {
            pidFile.close();
        }
    }

    /** Records it for the worker that starts this again if it dies, and for an upgrade. */
    private void recordStart(SupervisorBuilder builder, Path output) throws IOException {
        Path here = LogicalDirectory.current().path();
        List<String> arguments =
                new ArrayList<>(((Main) spec.root().userObject()).arguments().afterName());
        if (takesOver == null && !asRecorded) {
            builder.startedBy(OwnProcess.toRun(arguments), here, output, arguments, List.of());
            return;
        }
        SupervisorLaunch first = SupervisorLaunch.read(takesOver == null ? record() : takesOver);
        arguments.set(0, AS_RECORDED); // instead of --take-over, or of an earlier --as-recorded
        builder.startedBy(OwnProcess.toRun(arguments), here, output, first.arguments(), first.changes());
        if (takesOver != null) {
            builder.takeOver();
        }
    }

    private Path record() throws IOException {
        return PrivateDirectory.pathOfService(RuntimeDirectory.path(), options.name())
                .resolve(SupervisorLaunch.FILE);
    }

    private Supervisor configure(SupervisorLog log) throws IOException {
        try {
            SupervisorBuilder builder = options.builder();
            if (log.hasFile()) {
                builder.ownLog(log::reopen);
            }
            recordStart(builder, background ? log.path() : null);
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
