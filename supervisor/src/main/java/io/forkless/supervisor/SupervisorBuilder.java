package io.forkless.supervisor;

import io.forkless.internal.control.NativeText;
import io.forkless.internal.control.SupervisorLaunch;
import io.forkless.spi.ListenSpec;
import io.forkless.supervisor.admin.Endpoint;
import io.forkless.supervisor.archive.JavaCommand;
import io.forkless.supervisor.output.LogDirectory;
import io.forkless.supervisor.pool.Recycling;
import io.forkless.supervisor.pool.Settings;
import io.forkless.supervisor.process.ResidentMemory;
import io.forkless.supervisor.process.SignalShield;
import io.forkless.supervisor.status.SupervisorListener;
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
    private static final Duration NAMED_ORPHAN_TIMEOUT = Duration.ofSeconds(60);

    private final Map<String, String> environment = new LinkedHashMap<>();
    private final List<ListenSpec> listen = new ArrayList<>();
    private List<String> command = List.of();
    private Path directory = Path.of("");
    private OutputSettings output = new OutputSettings(System.out, System.err);
    private List<Path> argumentFiles = List.of();
    private Path fastStart;
    private int workers = 1;
    private String name;
    private String provider;
    private Duration bootTimeout = Duration.ofSeconds(60);
    private Duration readyHold = Duration.ZERO;
    private Duration drainTimeout = Duration.ofSeconds(30);
    private Duration hangTimeout = Duration.ofSeconds(30);
    private int maxFailedStarts = 10;
    private Duration orphanTimeout;
    private SupervisorLaunch launch;
    private boolean takesOver;
    private int maxSurge = 1;
    private Recycling recycling = Recycling.NEVER;
    private final List<SupervisorListener> listeners = new ArrayList<>();
    private String onEvent;

    SupervisorBuilder() {}

    /**
     * The program to run in each worker process, and its arguments. Required. In each word {@code {index}} stands for the
     * index of the worker, from 0, and {@code {name}} for the supervisor's {@linkplain #name name}; {@code {{index}}} and
     * {@code {{name}}} for these texts themselves. A replacement has an index of its own, the lowest that is free: with
     * {@code n} workers there are indexes up to {@code n} and more while some are replaced.
     */
    public SupervisorBuilder command(List<String> newCommand) {
        command = List.copyOf(newCommand);
        return this;
    }

    /**
     * The workers' working directory, that of this JVM unless set. It is looked up anew for each process that is started: if it
     * is a link, or below one, a restart after the link was changed runs what is there then. What the command names relatively,
     * the program included, is below it.
     *
     * @param newDirectory relative to this JVM's own, if not absolute; its links are not resolved
     */
    public SupervisorBuilder directory(Path newDirectory) {
        directory = newDirectory;
        return this;
    }

    /**
     * The files that these settings are from. They are not read again: when one has changed, the log of a restart says so, as do
     * the answers of {@code forkless restart} and {@code forkless status}.
     */
    public SupervisorBuilder startedFrom(List<Path> files) {
        argumentFiles = List.copyOf(files);
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
     * user's supervisors has it, no other one starts under the same name. They find it in the user's runtime directory, which
     * the system property {@code forkless.runtime.dir} or the variable {@code FORKLESS_RUNTIME_DIR} of this process moves
     * elsewhere.
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
     * Adds a variable to the workers' environment; placeholders in the value stand for what they do in the
     * {@linkplain #command command}. They do so, too, in {@code JAVA_TOOL_OPTIONS}, {@code JDK_JAVA_OPTIONS} and
     * {@code _JAVA_OPTIONS} of this process, which workers inherit, less a debugger's or a JMX port that only one of them
     * could listen on; a variable {@code FORKLESS_WORKER_JAVA_TOOL_OPTIONS} and so on wins over that, and is theirs alone.
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
        String text = variable + "=" + value;
        NativeText.requireIntact("environment: '" + NativeText.visible(text) + "'", text);
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

    /**
     * How long workers serve on after this supervisor has died, until a new one of the same {@linkplain #name name} adopts them;
     * 60 s unless set, or 0 without a name, since no supervisor could find them. With 0 they drain at once.
     *
     * @param timeout {@code null} for the default
     * @throws IllegalArgumentException if it is negative or longer than a year
     */
    public SupervisorBuilder orphanTimeout(Duration timeout) {
        orphanTimeout =
                timeout == null || timeout.isZero() ? timeout : Settings.requireSensible("orphan time-out", timeout);
        return this;
    }

    /**
     * Makes the worker with the lowest index start this supervisor again if it dies, at most three times a minute. The command
     * runs in the working directory and with the environment of this process, both of which are recorded in a file that only the
     * user can read. No effect without a {@linkplain #name name}, or with an {@linkplain #orphanTimeout orphan time-out} of 0.
     *
     * @param command a program that starts a supervisor of the same name, and its arguments
     * @param output the file to which its standard output and error are appended
     */
    public SupervisorBuilder startAgainBy(List<String> command, Path output) {
        return startedBy(command, Path.of(""), output, List.of(), List.of());
    }

    /**
     * The same as {@link #startAgainBy}, for a program that makes the command from arguments of its own and wants to find these
     * again.
     *
     * @param newDirectory in which it runs; looked up anew for each start, as for {@link #directory}
     * @param newOutput {@code null} if workers are not to start it again
     * @param arguments from which the command was made
     * @param changes to these arguments since
     */
    public SupervisorBuilder startedBy(
            List<String> newCommand, Path newDirectory, Path newOutput, List<String> arguments, List<String> changes) {
        launch = new SupervisorLaunch(
                SignalShield.ofThisSystem().undoneBefore(newCommand),
                newDirectory.toAbsolutePath(),
                System.getenv(),
                newOutput == null ? null : newOutput.toAbsolutePath(),
                arguments,
                changes);
        return this;
    }

    /**
     * Makes {@link Supervisor#start} take over the service of the running supervisor with the same {@linkplain #name name}. What
     * is likely to fail is done before that one steps down, and its workers go on. Those that were started with another command
     * or other options are then replaced as in a {@linkplain Supervisor#restart() restart}. If the start fails, the other
     * supervisor stays in charge, or takes the service back.
     */
    public SupervisorBuilder takeOver() {
        takesOver = true;
        return this;
    }

    /**
     * How many replacements may start at a time while workers are replaced, 1 unless set. Old workers that drain do not count,
     * so that long streams in several workers hold a restart no longer than those in one: until they have drained there may be
     * twice as many processes as workers. There are never more than that and the surge, also when workers are replaced again
     * before the old ones have drained.
     */
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
     * Where the workers' standard output and standard error go, line by line. They are written by threads of the supervisor;
     * while a stream does not take anything for 2 s, lines are dropped, counted and reported. A line of up to 1 MiB stays
     * whole, a longer one becomes several, and never ends inside a character of UTF-8.
     */
    public SupervisorBuilder output(OutputStream newOutput, OutputStream newErrors) {
        output = output.withStreams(newOutput, newErrors);
        return this;
    }

    /**
     * What comes in front of each line of a worker, with the worker's index in place of {@code {index}} and the supervisor's
     * name in place of {@code {name}}. Unless set, it is <code>[{index}] </code> on streams, and nothing in files.
     *
     * @param prefix empty for nothing
     * @throws IllegalArgumentException if it has a line break
     */
    public SupervisorBuilder outputPrefix(String prefix) {
        output = output.withPrefix(prefix);
        return this;
    }

    /**
     * Puts each worker's output into a {@linkplain #logFile file} in that directory, instead of {@link #output}. The
     * directory is made if it is missing. Unless lines are to have a {@linkplain #outputPrefix prefix}, the file is the worker's
     * standard output and error, and is written whether there is a supervisor or not.
     *
     * @param directory in which {@code {name}} stands for the supervisor's name
     * @param maxBytes the size at which a file is renamed, to {@code FILE.1} and so on; 0 for never
     * @param keep how many renamed files there are of each worker
     * @throws IllegalArgumentException if a number is negative, or the directory has {@code {index}} in it; when built, if it
     *     has {@code {name}} in it and there is no name
     */
    public SupervisorBuilder logDirectory(Path directory, long maxBytes, int keep) {
        output = output.withLogs(new LogDirectory.Options(directory, maxBytes, keep));
        return this;
    }

    /**
     * The names of the files in the {@linkplain #logDirectory log directory}, {@code worker-{index}.log} unless set.
     *
     * @param template has {@code {index}} in it for the worker's index, and perhaps {@code {name}}
     * @throws IllegalArgumentException if it has no {@code {index}}, or is not the name of a file without a directory
     */
    public SupervisorBuilder logFile(String template) {
        output = output.withLogFile(template);
        return this;
    }

    /**
     * Has a log file of the program itself opened anew together with those of the workers, by {@link Supervisor#reopenLogs}
     * or an operator's command; it may be the only one.
     *
     * @param reopen is called on the supervisor's thread and must not wait
     */
    public SupervisorBuilder ownLog(Runnable reopen) {
        output = output.withOwnLog(reopen);
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

    /**
     * Adds somebody who hears what happens.
     *
     * @param listener may do anything: see there. Its {@code toString} names it in the log
     */
    public SupervisorBuilder listener(SupervisorListener listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
        return this;
    }

    /**
     * Has {@code sh -c} (Windows: {@code cmd /c}) run a command for each {@linkplain io.forkless.supervisor.status.SupervisorEvent
     * event}, one after the other and each up to 10 s, with {@code FORKLESS_EVENT} and {@code FORKLESS_EVENT_WORKER}, {@code _PID},
     * {@code _REASON}, {@code _WORKERS} and {@code _MESSAGE} in its environment, and {@code FORKLESS_NAME} and {@code
     * FORKLESS_SUPERVISOR_PID}. What it prints goes to the log. One that fails is a warning there. What holds for a {@linkplain
     * #listener listener} holds for it as well.
     *
     * @throws IllegalArgumentException if it is blank or has a NUL character
     */
    public SupervisorBuilder onEvent(String newCommand) {
        if (newCommand != null && (newCommand.isBlank() || newCommand.indexOf('\0') >= 0)) {
            throw new IllegalArgumentException("on event: the command is empty or has a NUL character");
        }
        onEvent = newCommand;
        return this;
    }

    /** @throws IllegalArgumentException if a value is out of range or the command is missing */
    public Supervisor build() {
        if (command.isEmpty()) {
            throw new IllegalArgumentException("command: missing");
        }
        command.forEach(word -> NativeText.requireIntact("command: '" + NativeText.visible(word) + "'", word));
        if (takesOver && name == null) {
            throw new IllegalArgumentException("take over: the name of the supervisor is missing");
        }
        if (name == null && !orphanTimeout().isZero()) {
            throw new IllegalArgumentException(
                    "orphan time-out: the name is missing, by which another supervisor finds the workers");
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
        return build(false);
    }

    /** A supervisor that adopts workers only to drain them, and so needs no command. */
    Supervisor buildToDrain() {
        command = List.of("none");
        return build(true);
    }

    private Duration orphanTimeout() {
        if (orphanTimeout != null) {
            return orphanTimeout;
        }
        return name == null ? Duration.ZERO : NAMED_ORPHAN_TIMEOUT;
    }

    private Supervisor build(boolean toDrain) {
        return new Supervisor(new Configuration(
                command,
                directory.toAbsolutePath(),
                new ArgumentFiles(argumentFiles, name),
                Map.copyOf(environment),
                outputSettings(),
                fastStart,
                List.copyOf(listen),
                name,
                provider,
                List.copyOf(listeners),
                onEvent,
                orphanTimeout(),
                toDrain,
                orphanTimeout().isZero() ? null : launch,
                takesOver,
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

    /** With the name in it. */
    OutputSettings outputSettings() {
        return output.named(name);
    }
}
