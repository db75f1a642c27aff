package io.forkless.supervisor.process;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.Scoreboard;
import io.forkless.supervisor.archive.FastStart;
import io.forkless.supervisor.archive.JavaCommand;
import io.forkless.supervisor.link.ControlServer;
import io.forkless.supervisor.link.EventLoop;
import io.forkless.supervisor.output.Attempt;
import io.forkless.supervisor.output.WorkerOutput;
import io.forkless.supervisor.pool.WorkerPool;
import io.forkless.supervisor.pool.WorkerProcess;
import io.forkless.supervisor.status.LaunchException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ObjIntConsumer;

/** Spawns worker processes with their bootstrap file, and watches for their exit. */
public final class ProcessLauncher implements WorkerPool.Launcher {
    /** JDK 24 and later warn when JNA loads its native library without it; 17 accepts it silently. */
    private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

    private static final Set<String> SYSTEMD_ENVIRONMENT = Set.of(
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
    private final List<String> command;
    private final FastStart fastStart;
    private final Map<String, String> environment;
    private final WorkerOutput output;
    private long spawned;

    public ProcessLauncher(
            EventLoop loop,
            ControlServer control,
            PrivateDirectory directory,
            Scoreboard scoreboard,
            SpawnedWorker.Events events,
            ObjIntConsumer<SpawnedWorker> whenExited,
            List<String> command,
            Map<String, String> environment,
            WorkerOutput output,
            FastStart fastStart) {
        this.loop = loop;
        this.control = control;
        this.directory = directory;
        this.scoreboard = scoreboard;
        this.events = events;
        this.whenExited = whenExited;
        this.command = withNativeAccess(command);
        this.fastStart = fastStart;
        this.environment = environment;
        this.output = output;
    }

    @Override
    public WorkerProcess launch(int index) throws IOException {
        requireJar();
        SpawnedWorker worker = new SpawnedWorker(index, events);
        Path bootstrap = directory.resolve(index + "-" + spawned++ + BootstrapFile.FILE_SUFFIX);
        FastStart.Launch start = fastStart.prepare();
        try {
            ProcessBuilder builder = new ProcessBuilder(JavaCommand.withOptions(command, start.options()));
            // What systemd hands to the supervisor is not the worker's (sd_listen_fds(3), sd_notify(3)).
            builder.environment().keySet().removeAll(SYSTEMD_ENVIRONMENT);
            builder.environment().putAll(environment);
            builder.environment().put(BootstrapFile.ENVIRONMENT, bootstrap.toString());
            builder.environment().put(BootstrapFile.INDEX_ENVIRONMENT, Integer.toString(index));
            scoreboard.vacate(index);
            control.expect(worker).writeTo(bootstrap);
            Process process = start(builder);
            worker.spawned(process);
            process.getOutputStream().close(); // an empty standard input
            output.attach(index, process.getInputStream(), process.getErrorStream());
            process.onExit().thenAccept(p -> loop.execute(() -> exited(worker, bootstrap, start, p.exitValue())));
            return worker;
        } catch (Throwable e) { // a thread that cannot be started is an Error
            worker.abandon();
            Attempt.run(() -> start.exited(-1));
            release(worker, bootstrap);
            throw e;
        }
    }

    /** A JVM without its jar would say so itself, but only in the log, and be started again and again. */
    private void requireJar() throws LaunchException {
        Path jar = JavaCommand.jar(command).orElse(null);
        if (jar == null) {
            return;
        }
        String what = "cannot start '" + command.get(0) + " -jar " + jar + "': ";
        if (!Files.exists(jar)) {
            throw new LaunchException(what + "there is no such file", LaunchException.NOT_FOUND, null);
        }
        if (!Files.isRegularFile(jar) || !Files.isReadable(jar)) {
            throw new LaunchException(what + "it cannot be read", LaunchException.NOT_EXECUTABLE, null);
        }
    }

    private Process start(ProcessBuilder builder) throws LaunchException {
        try {
            return builder.start();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** The pool is to hear of it whatever fails here. */
    private void exited(SpawnedWorker worker, Path bootstrap, FastStart.Launch start, int status) {
        Attempt.run(() -> start.exited(status));
        release(worker, bootstrap);
        Attempt.run(worker::hearOut);
        whenExited.accept(worker, status);
        worker.disconnect();
    }

    private void release(SpawnedWorker worker, Path bootstrap) {
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

    private static List<String> withNativeAccess(List<String> command) {
        return JavaCommand.isJava(command) && !command.contains(NATIVE_ACCESS)
                ? JavaCommand.withOptions(command, List.of(NATIVE_ACCESS))
                : command;
    }

    /** The JDK's message differs between versions; what a person needs is whether the program is there. */
    private LaunchException failure(IOException e) {
        String program = command.get(0);
        boolean found = JavaCommand.candidates(program).stream().anyMatch(Files::exists);
        if (!found) {
            return new LaunchException(
                    "cannot start '" + program + "': command not found", LaunchException.NOT_FOUND, e);
        }
        boolean executable =
                JavaCommand.candidates(program).stream().anyMatch(p -> Files.isRegularFile(p) && Files.isExecutable(p));
        String reason = executable ? String.valueOf(e.getMessage()) : "not executable";
        return new LaunchException("cannot start '" + program + "': " + reason, LaunchException.NOT_EXECUTABLE, e);
    }
}
