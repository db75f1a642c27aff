package io.forkless.supervisor.process;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.Scoreboard;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ObjIntConsumer;

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

    private final EventLoop loop;
    private final ControlServer control;
    private final PrivateDirectory directory;
    private final Scoreboard scoreboard;
    private final SpawnedWorker.Events events;
    private final ObjIntConsumer<SpawnedWorker> whenExited;
    private final WorkerCommand template;
    private final Program program;
    private final String name;
    private final FastStart fastStart;
    private final WorkerOutput output;
    private final Set<SpawnedWorker> running = new LinkedHashSet<>();
    private long spawned;

    public ProcessLauncher(
            EventLoop loop,
            ControlServer control,
            PrivateDirectory directory,
            Scoreboard scoreboard,
            SpawnedWorker.Events events,
            ObjIntConsumer<SpawnedWorker> whenExited,
            WorkerCommand template,
            Program program,
            String name,
            WorkerOutput output,
            FastStart fastStart) {
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
    }

    @Override
    public WorkerProcess launch(int index) throws IOException {
        Placeholders placeholders = new Placeholders(index, name);
        SpawnedWorker worker = new SpawnedWorker(index, events, template.loadsDebugAgent());
        Path bootstrap = directory.resolve(index + "-" + spawned++ + BootstrapFile.FILE_SUFFIX);
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
            file.ifPresent(path ->
                    builder.redirectOutput(Redirect.appendTo(path.toFile())).redirectErrorStream(true));
            control.expect(worker)
                    .withOutput(file.map(Path::toAbsolutePath).orElse(null))
                    .writeTo(bootstrap);
            Program own = program.of(placeholders);
            worker.runsFrom(own.filesInUse(builder.environment()));
            Process process = own.start(start.options(), builder);
            worker.spawned(process);
            running.add(worker);
            process.getOutputStream().close(); // an empty standard input
            output.fileOf(index).ifPresent(worker::printsTo);
            if (file.isPresent()) {
                output.writtenBy(index, worker::reopening);
            } else {
                output.attach(index, process.getInputStream(), process.getErrorStream());
            }
            process.onExit().thenAccept(p -> loop.execute(() -> exited(worker, bootstrap, start, p.exitValue())));
            return worker;
        } catch (Throwable e) { // a thread that cannot be started is an Error
            worker.abandon();
            Attempt.run(() -> start.exited(-1, false));
            release(worker, bootstrap);
            throw e;
        }
    }

    /** Those that have a process now, whatever they do. */
    public List<SpawnedWorker> running() {
        return List.copyOf(running);
    }

    /** The pool is to hear of it whatever fails here. */
    private void exited(SpawnedWorker worker, Path bootstrap, FastStart.Launch start, int status) {
        Attempt.run(worker::hearOut);
        Attempt.run(() -> start.exited(status, worker.hasDrained()));
        release(worker, bootstrap);
        whenExited.accept(worker, status);
        worker.disconnect();
    }

    private void release(SpawnedWorker worker, Path bootstrap) {
        running.remove(worker);
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
