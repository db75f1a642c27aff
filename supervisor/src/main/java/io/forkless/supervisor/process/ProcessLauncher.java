package io.forkless.supervisor.process;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.ProcessIdentity;
import io.forkless.internal.control.Scoreboard;
import io.forkless.internal.control.WorkerRecord;
import io.forkless.supervisor.archive.FastStart;
import io.forkless.supervisor.command.Placeholders;
import io.forkless.supervisor.command.WorkerCommand;
import io.forkless.supervisor.link.ControlServer;
import io.forkless.supervisor.link.EventLoop;
import io.forkless.supervisor.output.Attempt;
import io.forkless.supervisor.output.WorkerOutput;
import io.forkless.supervisor.pool.WorkerPool;
import io.forkless.supervisor.pool.WorkerProcess;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/** Spawns worker processes with their bootstrap file, and watches for their exit. */
public final class ProcessLauncher implements WorkerPool.Launcher {
    static final Set<String> SYSTEMD_ENVIRONMENT = Set.of(
            "LISTEN_PID",
            "LISTEN_FDS",
            "LISTEN_FDNAMES",
            "LISTEN_PIDFDID",
            "NOTIFY_SOCKET",
            "WATCHDOG_PID",
            "WATCHDOG_USEC");

    private static final Duration LOOK_INTERVAL = Duration.ofMillis(100);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final EventLoop loop;
    private final ControlServer control;
    private final PrivateDirectory directory;
    private final Scoreboard scoreboard;
    private final SpawnedWorker.Events events;
    private final BiConsumer<SpawnedWorker, OptionalInt> whenExited;
    private final WorkerCommand template;
    private final Program program;
    private final String name;
    private final FastStart fastStart;
    private final WorkerOutput output;
    private final Roster roster;
    private final Set<SpawnedWorker> running = new LinkedHashSet<>();

    /**
     * @param whenExited gets the exit status, or none if it is unknown
     * @param roster records the workers for the next supervisor
     */
    public ProcessLauncher(
            EventLoop loop,
            ControlServer control,
            PrivateDirectory directory,
            Scoreboard scoreboard,
            SpawnedWorker.Events events,
            BiConsumer<SpawnedWorker, OptionalInt> whenExited,
            WorkerCommand template,
            Program program,
            String name,
            WorkerOutput output,
            FastStart fastStart,
            Roster roster) {
        this.loop = loop;
        this.control = control;
        this.directory = directory;
        this.scoreboard = scoreboard;
        this.events = events;
        this.whenExited = whenExited;
        this.template = template;
        this.program = program;
        this.name = name;
        this.fastStart = fastStart;
        this.output = output;
        this.roster = roster;
    }

    @Override
    public WorkerProcess launch(int index) throws IOException {
        Placeholders placeholders = new Placeholders(index, name);
        SpawnedWorker worker = new SpawnedWorker(index, events, template.loadsDebugAgent());
        String id = index + "-" + HexFormat.of().toHexDigits(RANDOM.nextInt());
        Path bootstrap = directory.resolve(id + BootstrapFile.FILE_SUFFIX);
        Path record = roster.fileOf(id);
        FastStart.Launch start = fastStart.prepare();
        try {
            ProcessBuilder builder = new ProcessBuilder();
            // What systemd hands to the supervisor is not the worker's (sd_listen_fds(3), sd_notify(3)).
            builder.environment().keySet().removeAll(SYSTEMD_ENVIRONMENT);
            template.environment().applyTo(builder.environment(), placeholders);
            builder.environment().put(BootstrapFile.ENVIRONMENT, bootstrap.toString());
            builder.environment().put(BootstrapFile.INDEX_ENVIRONMENT, Integer.toString(index));
            scoreboard.vacate(index);
            Optional<Path> file = output.openFor(index);
            file.map(path -> Redirect.appendTo(path.toFile())).ifPresent(append -> {
                builder.redirectOutput(append);
                builder.redirectError(append); // not merged: Windows would close both streams with either of them
            });
            BootstrapFile invitation = control.expect(worker)
                    .withService(roster.serviceOf(record))
                    .withOutput(file.map(Path::toAbsolutePath).orElse(null));
            invitation.writeTo(bootstrap);
            Program own = program.of(placeholders);
            worker.runsFrom(own.filesInUse(builder.environment()));
            Process process = own.start(start.options(), builder);
            worker.spawned(process.toHandle());
            worker.isRecordedIn(roster, record);
            roster.add(record, index, invitation.token(), process.toHandle());
            running.add(worker);
            process.getOutputStream().close(); // an empty standard input
            output.fileOf(index).ifPresent(worker::printsTo);
            if (file.isPresent()) {
                output.writtenBy(index, worker::reopening);
            } else {
                output.attach(index, process.getInputStream(), process.getErrorStream());
            }
            process.onExit()
                    .thenAccept(p -> loop.execute(() -> {
                        Attempt.run(worker::hearOut);
                        Attempt.run(() -> start.exited(p.exitValue(), worker.hasDrained()));
                        exited(worker, bootstrap, record, OptionalInt.of(p.exitValue()));
                    }));
            return worker;
        } catch (Throwable e) { // a thread that cannot be started is an Error
            worker.abandon();
            Attempt.run(() -> start.exited(-1, false));
            release(worker, bootstrap, record);
            throw e;
        }
    }

    /**
     * Adopts the workers that an earlier supervisor has left, which are about to call, and watches for their exit.
     *
     * @return the workers, each with the age of its process
     */
    public Map<SpawnedWorker, Duration> adopt() throws IOException {
        Map<SpawnedWorker, Duration> adopted = new LinkedHashMap<>();
        roster.takeLeft()
                .forEach((record, left) -> adopt(record, left).ifPresent(worker -> adopted.put(worker, age(left))));
        scoreboard.vacateAllBut(
                adopted.keySet().stream().map(SpawnedWorker::index).collect(Collectors.toSet()));
        return adopted;
    }

    private Optional<SpawnedWorker> adopt(Path record, WorkerRecord left) {
        ProcessHandle linked = handle(left.linked());
        ProcessHandle spawned = handle(left.spawned());
        if (spawned == null && linked == null) {
            roster.remove(record);
            return Optional.empty();
        }
        boolean current = roster.isCurrent(left);
        SpawnedWorker worker = new SpawnedWorker(left.index(), events, current && template.loadsDebugAgent());
        worker.spawned(spawned == null ? linked : spawned);
        worker.adopted(left.supervisor(), linked);
        worker.isRecordedIn(roster, record);
        if (!current) {
            worker.outdated("it was started with other options");
        }
        output.fileOf(left.index()).ifPresent(worker::printsTo);
        control.expectAgain(worker, left.token(), linked != null);
        running.add(worker);
        String id = record.getFileName().toString().replace(WorkerRecord.FILE_SUFFIX, "");
        Path bootstrap = directory.resolve(id + BootstrapFile.FILE_SUFFIX);
        ProcessIdentity watched = spawned == null ? left.linked() : left.spawned();
        loop.after(LOOK_INTERVAL, () -> watch(worker, bootstrap, record, watched)); // not before it is expected
        return Optional.of(worker);
    }

    /** That one turns out to be another supervisor's: it is neither watched nor let in any more. */
    public void leave(SpawnedWorker worker) {
        running.remove(worker);
        control.forget(worker);
        roster.forget(worker.record());
    }

    /** All that are left are this supervisor's from now on. */
    public void takeCharge() {
        roster.takeCharge();
    }

    /**
     * Reads what an adopted worker prints from now on. If that is impossible, the worker is to empty its pipes itself.
     *
     * @return false if its output is read already, as that of own children is
     */
    public boolean takeOutputOf(SpawnedWorker worker) {
        if (worker.isOutputRead()) {
            return false;
        }
        int index = worker.index();
        try {
            Optional<PipesOf> pipes = PipesOf.open(worker.linkedProcess().pid());
            if (pipes.isPresent()) {
                output.attach(index, pipes.get().output(), pipes.get().errors());
            } else {
                output.writtenBy(index, worker::reopening);
                worker.reopenOutput(); // an earlier supervisor may have renamed the file and died before it said so
            }
            worker.outputIsRead();
        } catch (IOException | RuntimeException | Error e) {
            Attempt.log(
                    Level.WARNING,
                    "worker " + index + " (pid " + worker.linkedProcess().pid()
                            + "): its output is lost until it is replaced: cannot read its pipes: " + e);
        }
        return true;
    }

    /** {@code null} if it has ended. */
    private static ProcessHandle handle(ProcessIdentity process) {
        return process == null || !process.isAlive()
                ? null
                : ProcessHandle.of(process.pid()).orElse(null);
    }

    /** From the difference of two start times, which a change of the clock shifts alike, and this JVM's uptime. */
    private static Duration age(WorkerRecord left) {
        Optional<Instant> own = ProcessHandle.current().info().startInstant();
        Optional<Instant> other = ProcessHandle.of(left.process().pid())
                .flatMap(process -> process.info().startInstant());
        if (own.isEmpty() || other.isEmpty()) {
            return Duration.ZERO;
        }
        Duration age = Duration.between(other.get(), own.get())
                .plusMillis(ManagementFactory.getRuntimeMXBean().getUptime());
        return age.isNegative() ? Duration.ZERO : age;
    }

    /** An adopted process is not a child: the system reports neither its end nor its exit status. */
    private void watch(SpawnedWorker worker, Path bootstrap, Path record, ProcessIdentity process) {
        if (!running.contains(worker)) {
            return;
        }
        if (process.isAlive()) {
            loop.after(LOOK_INTERVAL, () -> watch(worker, bootstrap, record, process));
        } else {
            Attempt.run(worker::hearOut);
            exited(worker, bootstrap, record, OptionalInt.empty());
        }
    }

    /** Those that have a process now, whatever they do. */
    public List<SpawnedWorker> running() {
        return List.copyOf(running);
    }

    /** The pool is to hear of it whatever fails here. */
    private void exited(SpawnedWorker worker, Path bootstrap, Path record, OptionalInt status) {
        release(worker, bootstrap, record);
        whenExited.accept(worker, status);
        worker.disconnect();
    }

    private void release(SpawnedWorker worker, Path bootstrap, Path record) {
        running.remove(worker);
        roster.remove(record);
        worker.ended();
        control.forget(worker);
        cleanUp(() -> scoreboard.vacate(worker.index()));
        cleanUp(() -> Files.deleteIfExists(bootstrap));
    }

    private static void cleanUp(Cleaning step) {
        try {
            step.run();
        } catch (IOException | RuntimeException | Error e) {
            Attempt.log(Level.DEBUG, "cannot clean up after a worker", e);
        }
    }

    private interface Cleaning {
        void run() throws IOException;
    }
}
