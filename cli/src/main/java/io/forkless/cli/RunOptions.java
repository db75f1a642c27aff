package io.forkless.cli;

import io.forkless.cli.arguments.CountConverter;
import io.forkless.cli.arguments.NameConverter;
import io.forkless.cli.arguments.SizeConverter;
import io.forkless.cli.arguments.TimeConverter;
import io.forkless.cli.arguments.VariableConverter;
import io.forkless.spi.ListenSpec;
import io.forkless.supervisor.Supervisor;
import io.forkless.supervisor.SupervisorBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** What to run and how; {@code run} and {@code start} have the same options. */
final class RunOptions {
    static final String UNITS =
            "TIME is a number of seconds, or has a unit: 500ms, 30s, 5m, 2h, 1d. SIZE is a number of MiB, or has a unit:"
                    + " 64k, 512m, 2g.";

    static final String ARGUMENT_FILES =
            "An argument @FILE before '--' stands for the lines of that file (UTF-8). Each line is one argument as it is: blanks,"
                    + " quotes, backslashes and # have no meaning, and empty lines are skipped. @@ begins an argument with"
                    + " @. What follows '--' is COMMAND's own.";

    static final String STARTED_FROM = "--started-from";

    private static final LogicalDirectory HERE = LogicalDirectory.current();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = {"-w", "--workers"},
            paramLabel = "N",
            converter = CountConverter.Workers.class,
            description = "How many worker processes; default: one per processor, of which a container has what its"
                    + " quota gives.")
    private Integer workers;

    @Option(
            names = {"-l", "--listen"},
            paramLabel = "ADDRESS",
            converter = ListenConverter.class,
            description = "HOST:PORT, [IPV6]:PORT, PORT or unix:PATH; may be repeated. Binds before the first worker"
                    + " starts, and grants the workers these addresses only; a worker that asks for every address"
                    + " gets the only one on that port. Without it, workers get what they ask for.")
    private List<ListenSpec> listen = new ArrayList<>();

    @Mixin
    private SocketOptions socket;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            converter = NameConverter.class,
            description =
                    "What status, restart and the like find it by; one supervisor at a time has it. Default: its pid.")
    private String name;

    @Mixin
    private RuntimeDirectoryOption runtimeDirectory;

    @Option(
            names = "--provider",
            paramLabel = "NAME",
            description = "The listener provider; default: the best that fits, see 'forkless doctor'.")
    private String provider;

    @Option(
            names = "--directory",
            paramLabel = "DIRECTORY",
            description =
                    "Where the workers run, and where relative paths of COMMAND begin; looked up anew for each start,"
                            + " so that a link to a release may be changed before a restart. Default: the current one, by the"
                            + " path by which it was entered.")
    private Path directory;

    @Option(
            names = "--worker-env",
            paramLabel = "NAME=VALUE",
            converter = VariableConverter.class,
            description = "Adds a variable to the workers' environment; {index} and {name} as in COMMAND. May be"
                    + " repeated.")
    private List<Map.Entry<String, String>> environment = new ArrayList<>();

    @Option(
            names = "--boot-timeout",
            paramLabel = "TIME",
            converter = TimeConverter.Limit.class,
            defaultValue = "60s",
            description = "How long a worker may take to be ready; default: ${DEFAULT-VALUE}.")
    private Duration bootTimeout;

    @Option(
            names = "--ready-hold",
            paramLabel = "TIME",
            converter = TimeConverter.OrZero.class,
            defaultValue = "0",
            description =
                    "How long a replacement must be ready until the worker that it replaces drains; one that ends or turns"
                            + " unready before aborts the restart. Default: ${DEFAULT-VALUE}.")
    private Duration readyHold;

    @Option(
            names = "--drain-timeout",
            paramLabel = "TIME",
            converter = TimeConverter.Limit.class,
            defaultValue = "30s",
            description = "How long a worker may take to finish its requests; default: ${DEFAULT-VALUE}.")
    private Duration drainTimeout;

    @Option(
            names = "--hang-timeout",
            paramLabel = "TIME",
            converter = TimeConverter.FromSecond.class,
            defaultValue = "30s",
            description =
                    "A worker that is silent for so long, or has threads in a deadlock, is killed and started again;"
                            + " 0: never. Default: ${DEFAULT-VALUE}.")
    private Duration hangTimeout;

    @Option(
            names = "--orphan-timeout",
            paramLabel = "TIME",
            converter = TimeConverter.OrZero.class,
            description =
                    "How long workers serve on after the supervisor has died, until a new one of the same name adopts them;"
                            + " 0: they drain at once. Default: 60s, or 0 without --name.")
    private Duration orphanTimeout;

    @Option(
            names = "--max-failed-starts",
            paramLabel = "N",
            converter = CountConverter.Failures.class,
            defaultValue = "10",
            description = "Gives up after N failed starts in a row if no worker serves; default: ${DEFAULT-VALUE}.")
    private int maxFailedStarts;

    @Option(
            names = "--max-surge",
            paramLabel = "N",
            converter = CountConverter.Workers.class,
            defaultValue = "1",
            description =
                    "How many replacements may start at a time in a restart; default: ${DEFAULT-VALUE}. Old workers"
                            + " that drain do not count, so until they have gone there may be twice as many processes as workers.")
    private int maxSurge;

    @Option(
            names = "--max-age",
            paramLabel = "TIME",
            converter = TimeConverter.FromSecond.class,
            defaultValue = "0",
            description = "Replaces a worker that is so old, give or take a tenth; default: never.")
    private Duration maxAge;

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            converter = CountConverter.Connections.class,
            defaultValue = "0",
            description = "Replaces a worker that has accepted so many, give or take a tenth; default: never.")
    private long maxConnections;

    @Option(
            names = "--max-rss",
            paramLabel = "SIZE",
            converter = SizeConverter.Memory.class,
            defaultValue = "0",
            description = "Replaces a worker with so much resident memory, give or take a tenth; on Linux only."
                    + " Default: never.")
    private long maxRss;

    @Option(
            names = "--log-dir",
            paramLabel = "DIRECTORY",
            description = "Writes each worker's output to a file there in place of the console; {name} stands for the"
                    + " supervisor's name.")
    private Path logDirectory;

    @Mixin
    private LogOptions log;

    @Option(
            names = "--log-max-size",
            paramLabel = "SIZE",
            converter = SizeConverter.File.class,
            defaultValue = "10m",
            description = "The size at which a log file is rotated, 0 for never; default: ${DEFAULT-VALUE}.")
    private long logMaxSize;

    @Option(
            names = "--log-keep",
            paramLabel = "N",
            converter = CountConverter.Files.class,
            defaultValue = "5",
            description = "How many rotated files are kept of each worker; default: ${DEFAULT-VALUE}.")
    private int logKeep;

    @Option(
            names = "--fast-start",
            paramLabel = "DIRECTORY",
            description =
                    "Keeps an archive of the workers' classes there, from which the next ones start in half the time.")
    private Path fastStart;

    @Option(
            names = "--on-event",
            paramLabel = "COMMAND",
            description =
                    "Has the shell run this for each event, one after the other, each up to 10 s. FORKLESS_EVENT names the"
                            + " event, such as worker-ready, worker-died or restarted; see docs/operations.md.")
    private String onEvent;

    @Option(
            names = "--pid-file",
            paramLabel = "FILE",
            description = "Writes the supervisor's pid there while it runs; {name} stands for its name.")
    private Path pidFile;

    /** Of a {@code start} that has read them itself, and has named itself in one of them. */
    @Option(names = STARTED_FROM, hidden = true)
    private List<Path> startedFrom = new ArrayList<>();

    @Parameters(
            paramLabel = "COMMAND",
            arity = "1..*",
            description =
                    "What to run as a worker, with its arguments; {index} is the worker's index, from 0, {name} the"
                            + " supervisor's name, {{index}} and {{name}} the words themselves.")
    private List<String> command;

    String name() {
        return name;
    }

    /** With the name in it, if it has its place there. */
    Path logDirectory() {
        return NamedPath.of("log directory", logDirectory, name);
    }

    LogOptions log() {
        return log;
    }

    /** {@code null} if it was not given. */
    Path supervisorLog() {
        return log.supervisorLog(name);
    }

    SupervisorLog openLog() {
        try {
            return log.openLog(name);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    int workers() {
        return workers == null ? Runtime.getRuntime().availableProcessors() : workers;
    }

    Path pidFile() {
        return NamedPath.of("pid file", pidFile, name);
    }

    /** @throws IllegalArgumentException if a value is out of range */
    Supervisor build() {
        return builder().build();
    }

    /** @throws IllegalArgumentException if a value is out of range, as does its {@code build} */
    SupervisorBuilder builder() {
        SupervisorBuilder builder = Supervisor.builder()
                .command(command)
                .directory(directory == null ? HERE.path() : HERE.resolve(directory))
                .workers(workers())
                .name(name)
                .provider(provider)
                .bootTimeout(bootTimeout)
                .readyHold(readyHold)
                .drainTimeout(drainTimeout)
                .hangTimeout(hangTimeout)
                .orphanTimeout(orphanTimeout)
                .maxFailedStarts(maxFailedStarts)
                .maxSurge(maxSurge)
                .recycle(maxAge, maxConnections, maxRss);
        requireDistinct(listen);
        socket.applyTo(listen).forEach(builder::listen);
        environment.forEach(variable -> builder.environment(variable.getKey(), variable.getValue()));
        builder.startedFrom(argumentFiles());
        builder.fastStart(HERE.resolve(fastStart));
        builder.onEvent(onEvent);
        if (logDirectory != null) {
            builder.logDirectory(HERE.resolve(logDirectory), logMaxSize, logKeep);
        }
        log.requireApart(logDirectory(), name);
        pidFile();
        log.applyTo(builder);
        return builder;
    }

    private List<Path> argumentFiles() {
        List<Path> files = new ArrayList<>(startedFrom);
        files.addAll(((Main) spec.root().userObject()).arguments().files());
        return files.stream().map(HERE::resolve).toList();
    }

    private static void requireDistinct(List<ListenSpec> specs) {
        Set<ListenSpec> seen = new HashSet<>();
        for (ListenSpec spec : specs) {
            if (!seen.add(spec)) {
                throw new IllegalArgumentException("--listen: " + spec + " is given twice");
            }
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
