package io.forkless.cli;

import io.forkless.internal.control.DiskSpace;
import io.forkless.supervisor.admin.AdminClient;
import io.forkless.supervisor.admin.AdminClient.FailedException;
import io.forkless.supervisor.admin.AdminClient.RefusedException;
import io.forkless.supervisor.output.RotatingFile;
import io.forkless.supervisor.status.LaunchException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code forkless start}: the same as {@code run} in a process of its own, and returns when all workers are ready. */
@Command(
        name = "start",
        description = {
            "Like 'run' in the background; returns when all workers are ready.",
            "Needs --log-dir; the supervisor's own log is forkless.log there."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:all workers are ready",
            "6:the supervisor was stopped before they were",
            "130:interrupted; the message says what is left",
            "others:as of 'run', which has ended"
        },
        footer = {
            "",
            "Example: forkless start --name web --log-dir logs --listen 8080 -- java -jar app.jar",
            RunOptions.UNITS,
            RunOptions.ARGUMENT_FILES
        })
final class StartCommand implements Callable<Integer> {
    private static final long POLL_MILLIS = 100;

    /** Of a supervisor that was told to stop, or has had no workers, so that what is in their logs is by others. */
    private static final Set<Integer> NOT_DUE_TO_WORKERS = Set.of(
            ExitStatus.OK,
            ExitStatus.ERROR,
            ExitStatus.USAGE,
            ExitStatus.CANNOT_START,
            LaunchException.NOT_EXECUTABLE,
            LaunchException.NOT_FOUND);

    @Spec
    private CommandSpec spec;

    @Mixin
    private RunOptions options;

    @Override
    public Integer call() throws IOException, InterruptedException {
        try {
            options.build(); // reports a mistake here and not in the log
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        if (options.logDirectory() == null) {
            throw new ParameterException(
                    spec.commandLine(), "--log-dir is missing: a process in the background needs it");
        }
        Path given = options.supervisorLog();
        Path log = given == null ? options.logDirectory().resolve("forkless.log") : given;
        WorkerLogs workerLogs = new WorkerLogs(options.logDirectory());
        long logged = log.toFile().length();
        Process supervisor =
                spawn(log, ((Main) spec.root().userObject()).arguments().afterName());
        String name = options.name() == null ? Long.toString(supervisor.pid()) : options.name();
        Interruption.leaves(
                spec.commandLine(),
                "the supervisor (pid " + supervisor.pid()
                        + ") goes on to start, unless the interrupt has reached it as well,"
                        + " as Ctrl-C does in its first moment; see 'forkless status --name " + name
                        + RuntimeDirectoryOption.repeated() + "'");
        while (supervisor.isAlive()) {
            try (AdminClient client = AdminClient.connect(name)) {
                if (client.pid() == supervisor.pid()) { // else the name is taken, and ours is about to say so
                    awaitReady(client, log);
                    return ExitStatus.OK;
                }
            } catch (RefusedException | FailedException e) {
                break; // it stops before all are ready, and says why when it ends
            } catch (IOException e) {
                // it is still starting, or has just ended
            }
            supervisor.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS);
        }
        return ended(supervisor, name, log, logged, workerLogs);
    }

    private void awaitReady(AdminClient client, Path log) throws IOException, RefusedException, FailedException {
        new StartProgress(
                        client.name(),
                        index -> options.logDirectory()
                                .resolve(options.log().fileName(index, client.name()))
                                .toString(),
                        spec.commandLine().getErr())
                .watch();
        String result = client.execute("await-ready", "");
        spec.commandLine()
                .getOut()
                .println(result + ": supervisor " + client.name() + " (pid " + client.pid() + "), log " + log);
    }

    /** Says why last, as the supervisor has said it. */
    private int ended(Process supervisor, String name, Path log, long logged, WorkerLogs workerLogs)
            throws IOException, InterruptedException {
        int status = supervisor.waitFor();
        PrintWriter err = spec.commandLine().getErr();
        err.println("forkless: the supervisor has ended with status " + status + "; its log is " + log);
        if (!NOT_DUE_TO_WORKERS.contains(status)) {
            workerLogs.show(options.workers(), index -> options.log().fileName(index, name), err);
        }
        if (status == ExitStatus.OK) {
            err.println("forkless: it was told to stop before all workers were ready");
            return ExitStatus.REFUSED;
        }
        complaint(log, logged).ifPresent(err::println);
        return status;
    }

    /** The last line of the command itself in what has been written since; else of anybody. */
    private static Optional<String> complaint(Path log, long logged) throws IOException {
        List<String> lines;
        try (InputStream in = Files.newInputStream(log)) {
            in.skipNBytes(Math.min(logged, Files.size(log)));
            lines = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
        Optional<String> own =
                lines.stream().filter(line -> line.startsWith("forkless: ")).reduce((first, second) -> second);
        return own.or(() -> lines.stream().reduce((first, second) -> second));
    }

    private Process spawn(Path log, List<String> runArguments) throws IOException {
        try {
            Files.createDirectories(options.logDirectory());
            try (RotatingFile file = new RotatingFile(log, 0, 0)) {
                file.open(); // as the supervisor does, whose message would have no place yet
            }
            List<String> command = OwnProcess.toRun(inBackground(log, runArguments));
            command.add(1, OwnSession.option());
            Redirect append = Redirect.appendTo(log.toFile());
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectOutput(append)
                    .redirectError(append) // not merged: Windows would close both streams with either of them
                    .redirectInput(Redirect.from(nullDevice()));
            OwnProcess.leaveOptionsToWorkers(builder.environment());
            return builder.start();
        } catch (IOException e) {
            String what = options.supervisorLog() == null ? "log directory" : "supervisor log";
            throw new IOException(what + ": cannot write " + log + ": " + DiskSpace.reason(log, e), e);
        }
    }

    private List<String> inBackground(Path log, List<String> runArguments) {
        List<String> arguments = new ArrayList<>(List.of("--background"));
        if (options.supervisorLog() == null) {
            arguments.add("--supervisor-log=" + log);
        }
        ((Main) spec.root().userObject())
                .arguments()
                .files()
                .forEach(file -> arguments.add(RunOptions.STARTED_FROM + "=" + file));
        arguments.addAll(runArguments);
        return arguments;
    }

    private static File nullDevice() {
        return new File(File.separatorChar == '\\' ? "NUL" : "/dev/null");
    }
}
