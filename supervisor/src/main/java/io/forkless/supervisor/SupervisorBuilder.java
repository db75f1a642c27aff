package io.forkless.supervisor;

import io.forkless.spi.ListenSpec;
import io.forkless.supervisor.admin.Endpoint;
import io.forkless.supervisor.archive.JavaCommand;
import io.forkless.supervisor.output.LogDirectory;
import io.forkless.supervisor.pool.Recycling;
import io.forkless.supervisor.pool.Settings;
import io.forkless.supervisor.process.ResidentMemory;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What to run and how. Not thread-safe; {@link #build} validates and copies. */
public final class SupervisorBuilder {
    private static final Duration HEALTHY_AFTER = Duration.ofSeconds(60);
    private static final Duration LOST_LINK_GRACE = Duration.ofSeconds(10);

    private final Map<String, String> environment = new LinkedHashMap<>();
    private final List<ListenSpec> listen = new ArrayList<>();
    private List<String> command = List.of();
    private OutputStream output = System.out;
    private OutputStream errors = System.err;
    private LogDirectory.Options logs;
    private Path fastStart;
    private int workers = 1;
    private String name;
    private String provider;
    private Duration bootTimeout = Duration.ofSeconds(60);
    private Duration readyHold = Duration.ZERO;
    private Duration drainTimeout = Duration.ofSeconds(30);
    private Duration hangTimeout = Duration.ofSeconds(30);
    private int maxFailedStarts = 10;
    private int maxSurge = 1;
    private Recycling recycling = Recycling.NEVER;

    SupervisorBuilder() {}

    /** The program to run in each worker process, and its arguments. Required. */
    public SupervisorBuilder command(List<String> newCommand) {
        command = List.copyOf(newCommand);
        return this;
    }

    /** How many workers; 1 unless set. */
    public SupervisorBuilder workers(int newWorkers) {
        workers = newWorkers;
        return this;
    }

    /**
     * Binds that address before the first worker is spawned, so that an error shows at once and clients queue while
     * workers boot. If at least one address is given, workers get those and no others; one that asks for any address
     * gets the only one on that port. Else they get what they ask for.
     */
    public SupervisorBuilder listen(ListenSpec spec) {
        listen.add(spec);
        return this;
    }

    /**
     * The name by which operator's commands find the supervisor; made of the process's pid unless set. While one of this
     * user's supervisors has it, no other one starts under the same name.
     */
    public SupervisorBuilder name(String newName) {
        name = newName == null ? null : Endpoint.requireValidName(newName);
        return this;
    }

    /** The name of the listener provider; the best one that fits unless set. */
    public SupervisorBuilder provider(String newProvider) {
        provider = newProvider;
        return this;
    }

    /**
     * Adds a variable to the workers' environment.
     *
     * @throws IllegalArgumentException if the system cannot have such a variable
     */
    public SupervisorBuilder environment(String variable, String value) {
        if (variable.isEmpty() || variable.indexOf('=') >= 0 || variable.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("environment: '" + variable + "' is not the name of a variable");
        }
        if (value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("environment: the value of '" + variable + "' has a NUL character");
        }
        environment.put(variable, value);
        return this;
    }

    /**
     * From spawn to ready, 60 s unless set. A worker that takes longer writes a thread dump if it can and is killed: a
     * failed start.
     */
    public SupervisorBuilder bootTimeout(Duration timeout) {
        bootTimeout = timeout;
        return this;
    }

    /**
     * How long a replacement must be ready until the worker that it replaces drains, 0 unless set. One that ends or turns
     * unready before ends the restart, and the worker that it was to replace serves on.
     */
    public SupervisorBuilder readyHold(Duration duration) {
        readyHold = duration;
        return this;
    }

    /** From the order to drain to the exit, 30 s unless set. A worker that takes longer is killed. */
    public SupervisorBuilder drainTimeout(Duration timeout) {
        drainTimeout = timeout;
        return this;
    }

    /**
     * How many starts in a row may fail until a worker is given up, if no other one serves; 10 unless set. A start has failed
     * if the process ends before it has been ready for 10 s, or for the {@linkplain #readyHold ready hold} if that is longer.
     * One that is not {@linkplain #listen granted} the address that it needs is given up at the first.
     */
    public SupervisorBuilder maxFailedStarts(int count) {
        maxFailedStarts = count;
        return this;
    }

    /**
     * How long a worker may be silent, 30 s unless set, 0: for ever. One that is (its JVM stands still, or threads of it
     * are in a deadlock) writes a thread dump if it can, is killed, and started again.
     */
    public SupervisorBuilder hangTimeout(Duration timeout) {
        hangTimeout = timeout;
        return this;
    }

    /** How many processes there may be at a time beyond the workers while these are replaced; 1 unless set. */
    public SupervisorBuilder maxSurge(int count) {
        maxSurge = count;
        return this;
    }

    /**
     * Replaces workers that serve well, for their age or size, in the way of {@link Supervisor#restart}; each limit is off
     * if it is zero, as unless set, and varies by a tenth from worker to worker.
     *
     * @param maxAge of a process
     * @param maxConnections that a process has accepted
     * @param maxRss resident memory of a process in bytes; on Linux only
     */
    public SupervisorBuilder recycle(Duration maxAge, long maxConnections, long maxRss) {
        recycling = new Recycling(maxAge, maxConnections, maxRss);
        return this;
    }

    /**
     * Where the workers' standard output and standard error go, each line with {@code [index]} in front. They are written by
     * threads of the supervisor; while a stream does not take anything for 2 s, lines are dropped, counted and reported.
     */
    public SupervisorBuilder output(OutputStream newOutput, OutputStream newErrors) {
        output = newOutput;
        errors = newErrors;
        return this;
    }

    /**
     * Writes the output of each worker to a file {@code worker-INDEX.log} in that directory, in place of
     * {@link #output}. The directory is made if it is missing.
     *
     * @param maxBytes the size at which a file is renamed, to {@code worker-INDEX.log.1} and so on; 0 for never
     * @param keep how many renamed files there are of each worker
     */
    public SupervisorBuilder logDirectory(Path directory, long maxBytes, int keep) {
        logs = new LogDirectory.Options(directory, maxBytes, keep);
        return this;
    }

    /**
     * Lets workers start from an archive of classes in that directory, which a worker makes as it exits (AppCDS) and which
     * is made anew when the command, its files or the JDK change. The directory is made if it is missing.
     *
     * @throws IllegalArgumentException when built, if the command does not start with {@code java}, or says itself
     *     which archive is to be used
     */
    public SupervisorBuilder fastStart(Path directory) {
        fastStart = directory;
        return this;
    }

    /** @throws IllegalArgumentException if a value is out of range or the command is missing */
    public Supervisor build() {
        if (command.isEmpty()) {
            throw new IllegalArgumentException("command: missing");
        }
        if (fastStart != null && !JavaCommand.isJava(command)) {
            throw new IllegalArgumentException(
                    "fast start: '" + command.get(0) + "' is not java: its JVM cannot be given options");
        }
        if (fastStart != null && JavaCommand.archiveOption(command).isPresent()) {
            throw new IllegalArgumentException("fast start: the command has '"
                    + JavaCommand.archiveOption(command).get() + "' of its own");
        }
        if (recycling.maxRss() > 0 && !ResidentMemory.isKnown()) {
            throw new IllegalArgumentException("recycling by resident memory: this system does not tell it");
        }
        return new Supervisor(new Configuration(
                command,
                Map.copyOf(environment),
                Objects.requireNonNull(output, "output"),
                Objects.requireNonNull(errors, "errors"),
                logs,
                fastStart,
                List.copyOf(listen),
                name,
                provider,
                new Settings(
                        workers,
                        bootTimeout,
                        readyHold,
                        drainTimeout,
                        hangTimeout,
                        HEALTHY_AFTER,
                        maxFailedStarts,
                        LOST_LINK_GRACE,
                        maxSurge,
                        recycling)));
    }
}
