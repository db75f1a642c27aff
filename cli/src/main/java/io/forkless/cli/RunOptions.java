package io.forkless.cli;

import io.forkless.spi.ListenSpec;
import io.forkless.supervisor.Supervisor;
import io.forkless.supervisor.SupervisorBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** What to run and how; {@code run} and {@code start} have the same options. */
final class RunOptions {
    private static final long MEBIBYTE = 1L << 20;

    @Option(
            names = {"-w", "--workers"},
            paramLabel = "N",
            description = "How many worker processes; default: one per processor.")
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
            description =
                    "What status, restart and the like find it by; one supervisor at a time has it. Default: its pid.")
    private String name;

    @Option(
            names = "--provider",
            paramLabel = "NAME",
            description = "The listener provider; default: the best that fits, see 'forkless doctor'.")
    private String provider;

    @Option(
            names = "--worker-env",
            paramLabel = "NAME=VALUE",
            description = "Adds a variable to the workers' environment; may be repeated.")
    private Map<String, String> environment = new LinkedHashMap<>();

    @Option(
            names = "--boot-timeout",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long a worker may take to be ready; default: ${DEFAULT-VALUE}.")
    private double bootTimeout;

    @Option(
            names = "--ready-hold",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description =
                    "How long a replacement must be ready until the worker that it replaces drains; one that ends or turns"
                            + " unready before aborts the restart. Default: ${DEFAULT-VALUE}.")
    private double readyHold;

    @Option(
            names = "--drain-timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long a worker may take to finish its requests; default: ${DEFAULT-VALUE}.")
    private double drainTimeout;

    @Option(
            names = "--hang-timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description =
                    "A worker that is silent for so long, or has threads in a deadlock, is killed and started again;"
                            + " 0: never. Default: ${DEFAULT-VALUE}.")
    private double hangTimeout;

    @Option(
            names = "--max-failed-starts",
            paramLabel = "N",
            defaultValue = "10",
            description = "Gives up after N failed starts in a row if no worker serves; default: ${DEFAULT-VALUE}.")
    private int maxFailedStarts;

    @Option(
            names = "--max-surge",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many extra processes there may be during a restart; default: ${DEFAULT-VALUE}.")
    private int maxSurge;

    @Option(
            names = "--max-age",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description = "Replaces a worker that is so old, give or take a tenth; default: never.")
    private double maxAge;

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            defaultValue = "0",
            description = "Replaces a worker that has accepted so many, give or take a tenth; default: never.")
    private long maxConnections;

    @Option(
            names = "--max-rss",
            paramLabel = "MIB",
            defaultValue = "0",
            description = "Replaces a worker with so much resident memory, give or take a tenth; on Linux only."
                    + " Default: never.")
    private long maxRss;

    @Option(
            names = "--log-dir",
            paramLabel = "DIRECTORY",
            description = "Writes each worker's output to a file there in place of the console.")
    private Path logDirectory;

    @Option(
            names = "--log-max-size",
            paramLabel = "MIB",
            defaultValue = "10",
            description = "The size at which a log file is rotated, 0 for never; default: ${DEFAULT-VALUE}.")
    private long logMaxSize;

    @Option(
            names = "--log-keep",
            paramLabel = "N",
            defaultValue = "5",
            description = "How many rotated files are kept of each worker; default: ${DEFAULT-VALUE}.")
    private int logKeep;

    @Option(
            names = "--fast-start",
            paramLabel = "DIRECTORY",
            description =
                    "Keeps an archive of the workers' classes there, from which the next ones start in half the time.")
    private Path fastStart;

    @Option(names = "--pid-file", paramLabel = "FILE", description = "Writes the supervisor's pid there while it runs.")
    private Path pidFile;

    @Parameters(paramLabel = "COMMAND", arity = "1..*", description = "What to run as a worker, with its arguments.")
    private List<String> command;

    String name() {
        return name;
    }

    Path logDirectory() {
        return logDirectory;
    }

    Path pidFile() {
        return pidFile;
    }

    /** @throws IllegalArgumentException if a value is out of range */
    Supervisor build() {
        SupervisorBuilder builder = Supervisor.builder()
                .command(command)
                .workers(workers == null ? Runtime.getRuntime().availableProcessors() : workers)
                .name(name)
                .provider(provider)
                .bootTimeout(seconds(bootTimeout))
                .readyHold(seconds(readyHold))
                .drainTimeout(seconds(drainTimeout))
                .hangTimeout(seconds(hangTimeout))
                .maxFailedStarts(maxFailedStarts)
                .maxSurge(maxSurge)
                .recycle(seconds(maxAge), maxConnections, maxRss * MEBIBYTE);
        socket.applyTo(listen).forEach(builder::listen);
        environment.forEach(builder::environment);
        builder.fastStart(fastStart);
        if (logDirectory != null) {
            builder.logDirectory(logDirectory, logMaxSize * MEBIBYTE, logKeep);
        }
        return builder.build();
    }

    private static Duration seconds(double seconds) {
        if (Double.isNaN(seconds)) {
            throw new IllegalArgumentException("NaN is not a number of seconds");
        }
        return Duration.ofMillis(Math.round(seconds * 1000));
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
