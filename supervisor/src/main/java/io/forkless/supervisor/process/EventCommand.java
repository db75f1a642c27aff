package io.forkless.supervisor.process;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.supervisor.output.Log;
import io.forkless.supervisor.status.SupervisorEvent;
import io.forkless.supervisor.status.SupervisorListener;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Has the shell run a command for each event, one after the other. What it prints goes to the log. One that fails or takes too
 * long is a warning there and nothing more.
 */
public final class EventCommand implements SupervisorListener, Closeable {
    /** After that it is killed, with what it has started. */
    static final Duration LIMIT = Duration.ofSeconds(10);

    private static final long POLL_MILLIS = 20;
    private static final System.Logger LOG = Log.supervisor();

    private final String command;
    private final String name;
    private final Path directory;
    private final Duration limit;
    private Process running;
    private boolean closed;

    /**
     * @param name of the supervisor
     * @param directory where it runs, as the workers do: its links are followed for each event. While it is missing, that of this
     *     process takes its place, so that somebody hears of it
     */
    public EventCommand(String command, String name, Path directory) {
        this(command, name, directory, LIMIT);
    }

    EventCommand(String command, String name, Path directory, Duration limit) {
        this.command = command;
        this.name = name;
        this.directory = directory;
        this.limit = limit;
    }

    @Override
    public void onEvent(SupervisorEvent event) {
        String what = "on-event " + event.type().id() + ": ";
        try {
            Process process = start(event);
            if (process != null) {
                await(process, what);
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, what + "cannot run '" + command + "': " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Kills what runs; nothing runs from now on. */
    @Override
    public synchronized void close() {
        closed = true;
        if (running != null) {
            kill(running);
        }
    }

    /** @return {@code null} after the end */
    private synchronized Process start(SupervisorEvent event) throws IOException {
        if (closed) {
            return null;
        }
        ProcessBuilder builder = new ProcessBuilder(shell()).redirectErrorStream(true);
        adapt(builder.environment(), event);
        if (Files.isDirectory(directory)) {
            builder.directory(directory.toFile());
            builder.environment().replace(Program.LOGICAL_DIRECTORY, directory.toString());
        }
        running = builder.start();
        running.getOutputStream().close(); // an empty standard input
        return running;
    }

    @Override
    public String toString() {
        return "on-event '" + command + "'";
    }

    private List<String> shell() {
        boolean windows = System.getProperty("os.name").startsWith("Windows");
        // cmd takes off the outer quotes after /s, and Java adds none to what has some.
        return windows ? List.of("cmd", "/s", "/c", '"' + command + '"') : List.of("sh", "-c", command);
    }

    private void adapt(Map<String, String> environment, SupervisorEvent event) {
        environment.keySet().removeAll(ProcessLauncher.SYSTEMD_ENVIRONMENT);
        environment.remove(BootstrapFile.ENVIRONMENT);
        environment.remove(BootstrapFile.INDEX_ENVIRONMENT);
        environment.put("FORKLESS_EVENT", event.type().id());
        environment.put("FORKLESS_EVENT_WORKER", number(event.worker()));
        environment.put("FORKLESS_EVENT_PID", number(event.pid()));
        environment.put("FORKLESS_EVENT_REASON", withoutNul(event.reason()));
        environment.put("FORKLESS_EVENT_WORKERS", number(event.workers()));
        environment.put("FORKLESS_EVENT_MESSAGE", withoutNul(event.message()));
        environment.put("FORKLESS_NAME", name);
        environment.put(
                "FORKLESS_SUPERVISOR_PID", number(ProcessHandle.current().pid()));
    }

    private static String number(long number) {
        return number == SupervisorEvent.NONE ? "" : Long.toString(number);
    }

    /** A reason may be what a program has said. */
    private static String withoutNul(String text) {
        return text.replace('\0', ' ');
    }

    private void await(Process process, String what) throws InterruptedException {
        CommandOutput output = new CommandOutput(process.getInputStream(), Charset.defaultCharset());
        long begin = System.nanoTime();
        boolean late = false;
        while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
            output.readAvailable();
            if (!late && System.nanoTime() - begin > limit.toNanos()) {
                late = true;
                kill(process);
            }
        }
        output.readAvailable();
        output.close(); // somebody whom the command has left behind may hold the other end
        output.lines().forEach(line -> LOG.log(Level.INFO, what + line));
        if (late) {
            LOG.log(
                    Level.WARNING,
                    what + "'" + command + "' was killed: it took longer than " + limit.toSeconds() + " s");
        } else if (process.exitValue() != 0) {
            LOG.log(Level.WARNING, what + "'" + command + "' ended with status " + process.exitValue());
        }
    }

    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.toHandle().destroyForcibly(); // the process itself would close what the command has printed
    }
}
