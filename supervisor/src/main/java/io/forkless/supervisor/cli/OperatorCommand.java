package io.forkless.supervisor.cli;

import io.forkless.supervisor.operator.OperatorClient;
import io.forkless.supervisor.operator.OperatorClient.RefusedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that has a running supervisor do something. */
@Command(
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:done",
            "2:wrong command line",
            "3:no such supervisor, or it cannot be reached",
            "6:the supervisor did not do it, or could not; the message says why"
        })
abstract class OperatorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "The supervisor's name; may be left out if only one of this user is running.")
    private String name;

    @Override
    public Integer call() throws IOException {
        try (OperatorClient supervisor = OperatorClient.connect(name)) {
            execute(supervisor, spec.commandLine().getOut());
            return ExitStatus.OK;
        } catch (RefusedException e) {
            spec.commandLine().getErr().println("forkless: " + e.getMessage());
            return ExitStatus.REFUSED;
        }
    }

    abstract void execute(OperatorClient supervisor, PrintWriter out) throws IOException, RefusedException;

    /** {@code forkless restart}. */
    @Command(
            name = "restart",
            description = {
                "Replaces every worker by a fresh process of the same command, without losing a request: a replacement is"
                        + " ready before the worker that it replaces drains. Waits until it is done.",
                "If a replacement does not get ready, the restart ends, and the old workers serve on."
            })
    static final class Restart extends OperatorCommand {
        @Override
        void execute(OperatorClient supervisor, PrintWriter out) throws IOException, RefusedException {
            out.println(supervisor.execute("restart", ""));
        }
    }

    /** {@code forkless stop}. */
    @Command(name = "stop", description = "Drains all workers and ends the supervisor. Waits until it has ended.")
    static final class Stop extends OperatorCommand {
        @Override
        void execute(OperatorClient supervisor, PrintWriter out) throws IOException, RefusedException {
            out.println(supervisor.execute("stop", ""));
            out.flush();
            supervisor.awaitEnd();
            out.println("stopped");
        }
    }

    /** {@code forkless reopen-logs}. */
    @Command(name = "reopen-logs", description = "Opens the workers' log files anew, after they have been renamed.")
    static final class ReopenLogs extends OperatorCommand {
        @Override
        void execute(OperatorClient supervisor, PrintWriter out) throws IOException, RefusedException {
            out.println(supervisor.execute("reopen-logs", ""));
        }
    }
}
