package io.forkless.cli;

import io.forkless.cli.arguments.NameConverter;
import io.forkless.supervisor.Supervisor;
import io.forkless.supervisor.admin.AdminClient;
import io.forkless.supervisor.admin.AdminClient.FailedException;
import io.forkless.supervisor.admin.AdminClient.RefusedException;
import io.forkless.supervisor.admin.NoSupervisorException;
import io.forkless.supervisor.admin.Places;
import io.forkless.supervisor.admin.Surge;
import io.forkless.supervisor.status.Outcome;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** A command that has a running supervisor do something. */
@Command(
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false,
        exitCodeListHeading = "%nExit status:%n")
abstract class AdminCommand implements Callable<Integer> {
    static final String USAGE = "2:wrong command line";
    static final String UNREACHABLE =
            "3:no such supervisor, or it cannot be reached, hangs, or has ended before it had answered";
    static final String REFUSED = "6:the supervisor did not do it, or could not; the message says why";
    static final String INTERRUPTED = "130:interrupted; the message says what goes on";

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            converter = NameConverter.class,
            description = "The supervisor's name; may be left out if only one of this user is running.")
    private String name;

    @Mixin
    private RuntimeDirectoryOption runtimeDirectory;

    @Option(
            names = "--user",
            paramLabel = "USER",
            description = "For root: the supervisor is that user's, by name or number. Default: this user's.")
    private String user;

    @Override
    public Integer call() throws IOException {
        Places places = user == null ? Places.ofThisUser() : Places.ofUser(user);
        try (AdminClient supervisor = AdminClient.connect(name, places)) {
            return execute(supervisor, spec.commandLine().getOut());
        } catch (NoSupervisorException e) {
            return withoutSupervisor(e);
        } catch (RefusedException e) {
            complain(e);
            return ExitStatus.REFUSED;
        } catch (FailedException e) {
            complain(e);
            return e.exitStatus();
        }
    }

    /** @return the exit status, if the command can do its work without a supervisor */
    int withoutSupervisor(NoSupervisorException e) throws IOException {
        throw e;
    }

    final CommandLine commandLine() {
        return spec.commandLine();
    }

    /** @return the exit status */
    abstract int execute(AdminClient supervisor, PrintWriter out) throws IOException, RefusedException, FailedException;

    /** To be called before a command that takes long. */
    final void goesOnIfInterrupted(AdminClient supervisor, String what) {
        Interruption.leaves(
                spec.commandLine(),
                "the " + what + " goes on; see 'forkless status --name " + supervisor.name()
                        + RuntimeDirectoryOption.repeated() + (user == null ? "" : " --user " + user) + "'");
    }

    private void complain(Exception failure) {
        spec.commandLine().getErr().println("forkless: " + failure.getMessage());
    }

    /** {@code forkless restart}. */
    @Command(
            name = "restart",
            description = {
                "Replaces every worker by a fresh process of the same command, without losing a request: a replacement is"
                        + " ready before the worker that it replaces drains. Waits until it is done.",
                "If a replacement does not get ready, or fails or turns unready later on, the restart ends, and the old"
                        + " workers that are left serve on."
            },
            exitCodeList = {
                "0:every worker was replaced, and the old ones have drained",
                AdminCommand.USAGE,
                AdminCommand.UNREACHABLE,
                "5:every worker was replaced, but an old one did not drain: it was killed or ended with an error",
                "6:the restart was aborted, or the supervisor is stopping; the message says why",
                INTERRUPTED
            })
    static final class Restart extends AdminCommand {
        @Option(
                names = "--max-surge",
                paramLabel = "N|P%",
                converter = SurgeConverter.class,
                description =
                        "How many replacements may start at a time in this restart, or for how many percent of the"
                                + " workers: 2, 50%%, 100%%; default: the --max-surge of the supervisor.")
        private String maxSurge = "";

        @Override
        int execute(AdminClient supervisor, PrintWriter out) throws IOException, RefusedException, FailedException {
            goesOnIfInterrupted(supervisor, "restart");
            out.println(supervisor.execute("restart", maxSurge));
            return ExitStatus.OK;
        }
    }

    static final class SurgeConverter implements ITypeConverter<String> {
        @Override
        public String convert(String value) {
            try {
                return Surge.requireValid(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** {@code forkless stop}. */
    @Command(
            name = "stop",
            description =
                    "Drains all workers and ends the supervisor. Waits until it has ended. If the supervisor has died, drains the"
                            + " workers that it has left.",
            exitCodeList = {
                "0:all workers have drained, and the supervisor has ended",
                AdminCommand.USAGE,
                AdminCommand.UNREACHABLE,
                "4:it was just giving up, since no worker got ready",
                "5:it has ended, but a worker did not drain: it was killed or ended with an error",
                INTERRUPTED
            })
    static final class Stop extends AdminCommand {
        private static final int MOST_ATTEMPTS = 20;
        private static final Duration ATTEMPT_PAUSE = Duration.ofMillis(500);

        private int attempts;

        @Override
        int execute(AdminClient supervisor, PrintWriter out) throws IOException, RefusedException, FailedException {
            goesOnIfInterrupted(supervisor, "stop");
            try {
                String end = supervisor.execute("stop", "", report -> {
                    out.println(report);
                    out.flush();
                });
                out.println(end);
            } catch (FailedException e) {
                supervisor.awaitEnd();
                throw e;
            }
            supervisor.awaitEnd();
            return ExitStatus.OK;
        }

        /** A supervisor may just have begun: a worker or a service manager has started it. */
        private int stopWhoHasTheName(IOException failure) throws IOException {
            if (attempts++ == MOST_ATTEMPTS) {
                throw failure;
            }
            LockSupport.parkNanos(ATTEMPT_PAUSE.toNanos());
            return call();
        }

        /** Takes the supervisor's place until the workers have drained. */
        @Override
        int withoutSupervisor(NoSupervisorException e) throws IOException {
            String service = e.leftService().orElseThrow(() -> e);
            Supervisor supervisor = Supervisor.toDrainLeftWorkers(service).orElseThrow(() -> e); // they have just ended
            PrintWriter out = commandLine().getOut();
            Logger.getLogger("io.forkless").setLevel(Level.WARNING); // the outcome is printed at the end
            out.println("the supervisor has died: draining the workers that it has left");
            out.flush();
            try {
                supervisor.start();
            } catch (IOException failure) {
                return stopWhoHasTheName(failure);
            }
            try {
                Outcome outcome = supervisor.awaitTermination();
                if (outcome == Outcome.DRAINED) {
                    out.println("stopped");
                } else {
                    commandLine().getErr().println("forkless: " + supervisor.failure());
                }
                return outcome.exitStatus();
            } catch (InterruptedException interrupt) {
                throw new IOException("interrupted", interrupt);
            }
        }
    }

    /** {@code forkless reopen-logs}. */
    @Command(
            name = "reopen-logs",
            description =
                    "Opens the log files of the workers and of the supervisor anew, after they have been renamed.",
            exitCodeList = {"0:done", AdminCommand.USAGE, AdminCommand.UNREACHABLE, AdminCommand.REFUSED})
    static final class ReopenLogs extends AdminCommand {
        @Override
        int execute(AdminClient supervisor, PrintWriter out) throws IOException, RefusedException, FailedException {
            out.println(supervisor.execute("reopen-logs", ""));
            return ExitStatus.OK;
        }
    }
}
