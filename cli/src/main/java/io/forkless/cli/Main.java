package io.forkless.cli;

import io.forkless.cli.arguments.Arguments;
import io.forkless.cli.arguments.PathConverter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;

/** The {@code forkless} command. */
@Command(
        name = "forkless",
        description = "Pre-fork servers for the JVM: N worker processes serve from one listening socket.",
        subcommands = {
            RunCommand.class,
            StartCommand.class,
            StatusCommand.class,
            AdminCommand.Restart.class,
            ScaleCommand.class,
            AdminCommand.ReopenLogs.class,
            UpgradeCommand.class,
            AdminCommand.Stop.class,
            DoctorCommand.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND")
public final class Main {
    private Arguments arguments;

    private Main() {}

    Arguments arguments() {
        return arguments;
    }

    public static void main(String[] arguments) {
        // One line per record, unless the user has configured java.util.logging; before any logger is made.
        if (System.getProperty("java.util.logging.config.file") == null) {
            System.setProperty(
                    "java.util.logging.SimpleFormatter.format",
                    System.getProperty(
                            "java.util.logging.SimpleFormatter.format", "%1$tF %1$tT.%1$tL %4$-7s %5$s%6$s%n"));
        }
        Spawning.independentOfTheJdksFiles();
        OwnSession.beginIfTold();
        int status = ExitStatus.ERROR; // of an Error, which must not leave a process without its main thread
        try {
            WorkingDirectory.requireUsable(); // where it is not, even a logger fails
            status = execute(List.of(arguments), commandLine());
        } catch (IOException e) {
            System.err.println("forkless: " + e.getMessage());
            status = ExitStatus.CANNOT_START;
        } catch (Error e) {
            ExitDeadline.begin(status);
            e.printStackTrace();
        }
        System.exit(status);
    }

    static CommandLine commandLine() {
        FailureReport failureReport = new FailureReport();
        CommandLine commandLine = new CommandLine(new Main())
                .setExpandAtFiles(false) // see Arguments
                .registerConverter(Path.class, new PathConverter())
                .setParameterExceptionHandler(failureReport)
                .setExecutionExceptionHandler(failureReport);
        makeCommandOptional(commandLine.getSubcommands().get("upgrade").getCommandSpec());
        for (CommandLine subcommand : commandLine.getSubcommands().values()) {
            // What follows COMMAND is its own.
            subcommand.setStopAtPositional(subcommand.getCommandSpec().positionalParameters().stream()
                    .anyMatch(parameter -> parameter.arity().isVariable()));
        }
        return commandLine;
    }

    private static void makeCommandOptional(CommandSpec spec) {
        PositionalParamSpec command = spec.positionalParameters().get(0);
        spec.remove(command);
        spec.addPositional(command.toBuilder().arity("0..*").required(false).build());
    }

    /** @return the exit status */
    static int execute(List<String> given, CommandLine commandLine) {
        Main main = commandLine.getCommand();
        try {
            main.arguments = Arguments.of(given, commandLine);
        } catch (ParameterException e) {
            return new FailureReport().handleParseException(e, given.toArray(String[]::new));
        }
        return commandLine.execute(main.arguments.expanded());
    }

    /** From the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {
                "forkless " + (version == null ? "(not packaged)" : version) + " on Java "
                        + System.getProperty("java.version") + ", " + System.getProperty("os.name") + " "
                        + System.getProperty("os.arch")
            };
        }
    }
}
