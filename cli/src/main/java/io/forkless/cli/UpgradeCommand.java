package io.forkless.cli;

import io.forkless.cli.arguments.Arguments;
import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.RuntimeDirectory;
import io.forkless.internal.control.SupervisorLaunch;
import io.forkless.supervisor.admin.AdminClient;
import io.forkless.supervisor.admin.AdminClient.FailedException;
import io.forkless.supervisor.admin.AdminClient.RefusedException;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code forkless upgrade}: replaces the running supervisor by another one; the workers serve on. */
@Command(
        name = "upgrade",
        description = {
            "Replaces the running supervisor by another one, without a restart of its workers. The new one has this version of"
                    + " Forkless, this JDK, and the same options, except that those given here replace earlier ones of the same"
                    + " name. Workers that were started with another COMMAND or other options are then replaced as by"
                    + " 'forkless restart'. Waits until all of that is done.",
            "If the new supervisor fails, the old one stays in charge."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the new supervisor is in charge, and all workers are ready and up to date",
            AdminCommand.USAGE,
            AdminCommand.UNREACHABLE,
            "5:the new supervisor is in charge and has replaced workers, but an old worker did not drain",
            "6:the old supervisor is still in charge, or the new one is and could not replace the workers; the message says why",
            "126:COMMAND, or the jar of 'java -jar', cannot be executed",
            "127:COMMAND, or the jar of 'java -jar', is not found",
            AdminCommand.INTERRUPTED
        },
        footer = {
            "",
            "Example: forkless upgrade --name web --workers 6 -- java -jar app-2.jar",
            RunOptions.UNITS,
            RunOptions.ARGUMENT_FILES
        })
final class UpgradeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    /** What is to be different. COMMAND may be missing. */
    @Mixin
    private RunOptions options;

    /** Among the arguments of a supervisor in the background. */
    @Option(names = RunCommand.BACKGROUND, hidden = true)
    private boolean background;

    @Override
    public Integer call() throws IOException {
        try (AdminClient supervisor = AdminClient.connect(options.name())) {
            return upgrade(supervisor, spec.commandLine().getOut());
        } catch (RefusedException e) {
            spec.commandLine().getErr().println("forkless: " + e.getMessage());
            return ExitStatus.REFUSED;
        } catch (FailedException e) {
            spec.commandLine().getErr().println("forkless: " + e.getMessage());
            return e.exitStatus();
        }
    }

    private int upgrade(AdminClient supervisor, PrintWriter out) throws IOException, RefusedException, FailedException {
        Path directory = PrivateDirectory.pathOfService(RuntimeDirectory.path(), supervisor.name());
        Path recorded = directory.resolve(SupervisorLaunch.FILE);
        if (!Files.exists(recorded)) {
            throw new RefusedException("the supervisor '" + supervisor.name() + "' (pid " + supervisor.pid()
                    + ") cannot be upgraded: it was started without --name or with --orphan-timeout 0, not by this"
                    + " command, or by a version of Forkless that cannot step down; stop and start it");
        }
        SupervisorLaunch launch = SupervisorLaunch.read(recorded);
        File place = placeOf(launch);
        List<String> changes = ChangedArguments.merge(
                launch.changes(), ChangedArguments.of(spec.commandLine().getParseResult()));
        List<String> arguments = ChangedArguments.merge(readAgain(launch), changes);
        int status = check(arguments, launch, place);
        if (status != ExitStatus.OK) {
            return status;
        }
        Path plan = SupervisorLaunch.nextFile(directory);
        List<String> command = new ArrayList<>(List.of(RunCommand.TAKE_OVER + "=" + plan));
        command.addAll(arguments);
        new SupervisorLaunch(
                        OwnProcess.toRun(command),
                        launch.directory(),
                        launch.environment(),
                        launch.output(),
                        launch.arguments(),
                        changes)
                .writeTo(plan);
        Interruption.leaves(
                spec.commandLine(),
                "the upgrade goes on; see 'forkless status --name " + supervisor.name()
                        + RuntimeDirectoryOption.repeated() + "'");
        String pid = execute(supervisor, plan);
        out.println("the supervisor with pid " + pid + " has taken over from the one with pid " + supervisor.pid());
        out.flush();
        try (AdminClient successor = AdminClient.connect(supervisor.name())) {
            new StartProgress(
                            successor.name(),
                            index -> "its log",
                            spec.commandLine().getErr())
                    .watch();
            if (spec.commandLine().getParseResult().hasMatchedOption("--workers")) {
                successor.execute("scale", Integer.toString(options.workers())); // it would keep an earlier scaling
            }
            successor.execute("await-renewed", "");
            successor.execute("await-ready", "");
        }
        return ExitStatus.OK;
    }

    /** Whether it takes over or not, the new supervisor has read the plan when there is an answer. */
    private static String execute(AdminClient supervisor, Path plan)
            throws IOException, RefusedException, FailedException {
        try {
            String pid = supervisor.execute("upgrade", plan.toString());
            Files.deleteIfExists(plan);
            return pid;
        } catch (RefusedException | FailedException e) {
            Files.deleteIfExists(plan);
            throw e;
        }
    }

    /** Before any file of arguments is looked for there. */
    private static File placeOf(SupervisorLaunch launch) throws IOException {
        try {
            return launch.existingDirectory();
        } catch (IOException e) {
            throw new IOException("cannot start the new supervisor: " + e.getMessage(), e);
        }
    }

    /** Checks as a start would, in the new supervisor's directory and environment, before anything has happened. */
    private static int check(List<String> arguments, SupervisorLaunch launch, File directory) throws IOException {
        List<String> words = new ArrayList<>(List.of("--dry-run"));
        words.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(OwnProcess.toRun(words))
                .directory(directory)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().clear();
        builder.environment().putAll(launch.environment());
        try {
            return builder.start().waitFor();
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
    }

    /** The arguments with the present contents of the files that they name. */
    private static List<String> readAgain(SupervisorLaunch launch) {
        List<String> words = new ArrayList<>(List.of("run"));
        words.addAll(launch.arguments());
        Arguments read = Arguments.of(words, Main.commandLine(), launch.directory());
        List<String> arguments = new ArrayList<>();
        read.files().forEach(file -> arguments.add(RunOptions.STARTED_FROM + "=" + file));
        arguments.addAll(Arrays.asList(read.expanded()).subList(1, read.expanded().length));
        return arguments;
    }
}
