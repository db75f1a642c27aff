package io.forkless.cli;

import io.forkless.supervisor.admin.AdminClient;
import io.forkless.supervisor.admin.AdminClient.FailedException;
import io.forkless.supervisor.admin.AdminClient.RefusedException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
        footer = {"", "Example: forkless start --name web --log-dir logs --listen 8080 -- java -jar app.jar"})
final class StartCommand implements Callable<Integer> {
    private static final long POLL_MILLIS = 100;

    @Spec
    private CommandSpec spec;

    @Mixin
    private RunOptions options;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (options.logDirectory() == null) {
            throw new ParameterException(
                    spec.commandLine(), "--log-dir is missing: a process in the background needs it");
        }
        try {
            options.build(); // reports a mistake here and not in the log
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        Path log = options.logDirectory().resolve("forkless.log");
        long logged = log.toFile().length();
        Process supervisor = spawn(log, runArguments());
        String name = options.name() == null ? Long.toString(supervisor.pid()) : options.name();
        Interruption.leaves(
                spec.commandLine(),
                "the supervisor (pid " + supervisor.pid()
                        + ") goes on to start, unless the interrupt was for it as well,"
                        + " as Ctrl-C is; see 'forkless status --name " + name + "'");
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
        return ended(supervisor, log, logged);
    }

    private void awaitReady(AdminClient client, Path log) throws IOException, RefusedException, FailedException {
        String result = client.execute("await-ready", "");
        spec.commandLine()
                .getOut()
                .println(result + ": supervisor " + client.name() + " (pid " + client.pid() + "), log " + log);
    }

    /** Says why last, as the supervisor has said it. */
    private int ended(Process supervisor, Path log, long logged) throws IOException, InterruptedException {
        int status = supervisor.waitFor();
        PrintWriter err = spec.commandLine().getErr();
        err.println("forkless: the supervisor has ended with status " + status + "; its log is " + log);
        complaint(log, logged).ifPresent(err::println);
        return status == ExitStatus.OK ? ExitStatus.REFUSED : status; // stopped before its workers were ready
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

    private List<String> runArguments() {
        List<String> given = ((Main) spec.root().userObject()).arguments();
        int start = given.indexOf(spec.name());
        if (start < 0) {
            throw new ParameterException(
                    spec.commandLine(), "'start' itself cannot come from an @FILE; its options and COMMAND can");
        }
        return given.subList(start + 1, given.size());
    }

    private Process spawn(Path log, List<String> runArguments) throws IOException {
        try {
            Files.createDirectories(options.logDirectory());
            List<String> command = new ArrayList<>();
            command.add(ProcessHandle.current().info().command().orElse("java"));
            command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), "run"));
            command.addAll(runArguments);
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .redirectInput(ProcessBuilder.Redirect.from(nullDevice()))
                    .start();
        } catch (IOException e) {
            throw new IOException("log directory: cannot write " + log + ": " + e, e);
        }
    }

    private static File nullDevice() {
        return new File(File.separatorChar == '\\' ? "NUL" : "/dev/null");
    }
}
