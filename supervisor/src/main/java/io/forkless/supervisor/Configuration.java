package io.forkless.supervisor;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.ListenerProvider;
import io.forkless.spi.ListenerProviders;
import io.forkless.spi.UnixListenSpec;
import io.forkless.supervisor.output.LogDirectory;
import io.forkless.supervisor.output.WorkerOutput;
import io.forkless.supervisor.pool.Settings;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What {@link SupervisorBuilder} has validated; {@code name}, {@code provider}, {@code logs} and {@code fastStart} may be missing. */
record Configuration(
        List<String> command,
        Map<String, String> environment,
        OutputStream output,
        OutputStream errors,
        LogDirectory.Options logs,
        Path fastStart,
        List<ListenSpec> listen,
        String name,
        String provider,
        Settings settings) {

    /** For a person. */
    String describe() {
        List<String> lines = new ArrayList<>();
        lines.add("workers:  " + settings.workers());
        lines.add("command:  " + String.join(" ", command));
        environment.forEach((variable, value) -> lines.add("variable: " + variable + "=" + value));
        listen.forEach(spec -> lines.add("listen:   " + spec + access(spec)));
        if (listen.isEmpty()) {
            lines.add("listen:   what the workers ask for");
        }
        if (logs != null) {
            lines.add("logs:     " + logs.directory());
        }
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

    WorkerOutput openOutput() throws IOException {
        return logs == null ? WorkerOutput.to(output, errors) : new LogDirectory(logs);
    }

    ListenerProvider selectProvider() throws IOException {
        return provider == null ? ListenerProviders.select() : ListenerProviders.named(provider);
    }
}
