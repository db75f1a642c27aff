package io.forkless.supervisor.cli;

import io.forkless.control.Signals;
import io.forkless.spi.ListenSpec;
import io.forkless.supervisor.Outcome;
import io.forkless.supervisor.Supervisor;
import io.forkless.supervisor.SupervisorBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

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
            "3:cannot start: address, provider or name is not available",
            "4:gave up: the workers fail again and again before they are ready",
            "5:stopped, but a worker did not drain: it was killed or ended with an error",
            "126:COMMAND cannot be executed",
            "127:COMMAND is not found"
        },
        footer = {
            "",
            "Signals: TERM or INT drains all workers and exits; a second one kills them.",
            "Example: forkless run --workers 4 --listen 8080 -- java -jar app.jar"
        })
final class RunCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-w", "--workers"},
            paramLabel = "N",
            description = "How many worker processes; default: one per processor.")
    private Integer workers;

    @Option(
            names = {"-l", "--listen"},
            paramLabel = "ADDRESS",
            converter = ListenConverter.class,
            description =
                    "HOST:PORT, [IPV6]:PORT, PORT or unix:PATH; may be repeated. Binds before the first worker"
                            + " starts, and grants the workers these addresses only. Without it, workers get what they ask for.")
    private List<ListenSpec> listen = new ArrayList<>();

    @Option(names = "--name", paramLabel = "NAME", description = "Refuses to run twice under the same name.")
    private String name;

    @Option(
            names = "--provider",
            paramLabel = "NAME",
            description = "The listener provider; default: the best that fits, see 'forkless doctor'.")
    private String provider;

    @Option(
            names = "--boot-timeout",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long a worker may take to be ready; default: ${DEFAULT-VALUE}.")
    private double bootTimeout;

    @Option(
            names = "--drain-timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long a worker may take to finish its requests; default: ${DEFAULT-VALUE}.")
    private double drainTimeout;

    @Option(
            names = "--max-failed-starts",
            paramLabel = "N",
            defaultValue = "10",
            description = "Gives up after N failed starts in a row if no worker serves; default: ${DEFAULT-VALUE}.")
    private int maxFailedStarts;

    @Parameters(paramLabel = "COMMAND", arity = "1..*", description = "What to run as a worker, with its arguments.")
    private List<String> command;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Supervisor supervisor = configure();
        StopRequests stopRequests = new StopRequests(supervisor);
        for (String signal : List.of("TERM", "INT", "HUP")) {
            Signals.handle(signal, stopRequests);
        }
        supervisor.start();
        Outcome outcome = supervisor.awaitTermination();
        if (outcome == Outcome.GAVE_UP) {
            spec.commandLine().getErr().println("forkless: gave up: no worker gets ready; see the log above");
        }
        return ExitStatus.of(outcome);
    }

    private Supervisor configure() {
        try {
            SupervisorBuilder builder = Supervisor.builder()
                    .command(command)
                    .workers(workers == null ? Runtime.getRuntime().availableProcessors() : workers)
                    .name(name)
                    .provider(provider)
                    .bootTimeout(seconds(bootTimeout))
                    .drainTimeout(seconds(drainTimeout))
                    .maxFailedStarts(maxFailedStarts);
            listen.forEach(builder::listen);
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1000));
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

    static final class ListenConverter implements ITypeConverter<ListenSpec> {
        @Override
        public ListenSpec convert(String value) {
            try {
                return ListenSpec.parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
