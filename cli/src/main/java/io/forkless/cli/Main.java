package io.forkless.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

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
            AdminCommand.Stop.class,
            DoctorCommand.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND")
public final class Main {
    private final List<String> arguments;

    private Main(String[] arguments) {
        this.arguments = List.of(arguments);
    }

    /** As they were given, with no file put in place of its name. */
    List<String> arguments() {
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
        FailureReport failureReport = new FailureReport();
        int status = ExitStatus.ERROR; // of an Error, which must not leave a process without its main thread
        try {
            status = new CommandLine(new Main(arguments))
                    .setStopAtPositional(true) // what follows COMMAND is its own
                    .setParameterExceptionHandler(failureReport)
                    .setExecutionExceptionHandler(failureReport)
                    .execute(withCommandAsItIs(arguments));
        } catch (Error e) {
            ExitDeadline.begin(status);
            e.printStackTrace();
        }
        System.exit(status);
    }

    /** Keeps an {@code @FILE} of COMMAND, such as one of {@code java}, from being expanded here and now. */
    private static String[] withCommandAsItIs(String[] arguments) {
        String[] adapted = arguments.clone();
        int end = List.of(arguments).indexOf("--");
        for (int i = end + 1; end >= 0 && i < adapted.length; i++) {
            adapted[i] = adapted[i].startsWith("@") ? "@" + adapted[i] : adapted[i];
        }
        return adapted;
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
