package io.forkless.supervisor;

import io.forkless.internal.control.SupervisorLaunch;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.ListenerProvider;
import io.forkless.spi.ListenerProviders;
import io.forkless.spi.UnixListenSpec;
import io.forkless.supervisor.command.Advice;
import io.forkless.supervisor.command.Memory;
import io.forkless.supervisor.command.WorkerCommand;
import io.forkless.supervisor.command.WorkerEnvironment;
import io.forkless.supervisor.pool.Settings;
import io.forkless.supervisor.status.SupervisorListener;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What {@link SupervisorBuilder} has validated; {@code name}, {@code provider}, {@code fastStart} and {@code onEvent} may be missing. */
record Configuration(
        List<String> command,
        Path directory,
        ArgumentFiles argumentFiles,
        Map<String, String> environment,
        OutputSettings output,
        Path fastStart,
        List<ListenSpec> listen,
        String name,
        String provider,
        List<SupervisorListener> listeners,
        String onEvent,
        Duration orphanTimeout,
        boolean endsOrphans,
        SupervisorLaunch launch,
        boolean takesOver,
        Settings settings) {

    /** A digest of what workers are started with and told: workers with another one are to be replaced. */
    String origin() {
        StringBuilder text = new StringBuilder();
        List<Object> parts = new ArrayList<>(command);
        parts.add(directory);
        new TreeMap<>(environment).forEach((variable, value) -> parts.add(variable + "=" + value));
        parts.add(fastStart);
        parts.add(output.files());
        parts.add(output.prefix());
        parts.add(settings.drainTimeout());
        parts.add(settings.heartbeatInterval());
        parts.add(orphanTimeout);
        parts.forEach(
                part -> text.append(String.valueOf(part).length()).append(':').append(part));
        return Digest.of(text.toString());
    }

    WorkerCommand workerCommand() {
        return new WorkerCommand(command, directory, new WorkerEnvironment(environment, directory, System::getenv));
    }

    /** What this many workers will suffer from, though one would not. */
    List<Advice> advice() {
        return workerCommand().advice(settings.workers(), Memory.total());
    }

    /** For a person. */
    String describe() {
        List<String> lines = new ArrayList<>();
        lines.add("workers:  " + settings.workers());
        lines.add("command:  " + String.join(" ", command));
        if (!directory.equals(Path.of("").toAbsolutePath())) {
            lines.add("in:       " + directory);
        }
        environment.forEach((variable, value) -> lines.add("variable: " + variable + "=" + value));
        listen.forEach(spec -> lines.add("listen:   " + spec + access(spec)));
        if (listen.isEmpty()) {
            lines.add("listen:   what the workers ask for");
        }
        if (output.files() != null) {
            lines.add("logs:     " + output.files());
        }
        if (onEvent != null) {
            lines.add("on event: " + onEvent);
        }
        advice().forEach(advice -> lines.add("warning:  " + advice));
        return String.join(System.lineSeparator(), lines);
    }

    /** Who may connect, where that is not the usual. */
    private static String access(ListenSpec spec) {
        List<String> parts = new ArrayList<>();
        if (spec instanceof UnixListenSpec unix) {
            if (unix.mode() != UnixListenSpec.DEFAULT_MODE) {
                parts.add(String.format(Locale.ROOT, "mode %04o", unix.mode()));
            }
            if (unix.owner() != null) {
                parts.add("owner " + unix.owner());
            }
            if (unix.group() != null) {
                parts.add("group " + unix.group());
            }
        }
        return parts.isEmpty() ? "" : " (" + String.join(", ", parts) + ")";
    }

    ListenerProvider selectProvider() throws IOException {
        return provider == null ? ListenerProviders.select() : ListenerProviders.named(provider);
    }
}
