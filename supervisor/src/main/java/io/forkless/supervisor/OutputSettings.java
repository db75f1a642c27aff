package io.forkless.supervisor;

import io.forkless.supervisor.command.Placeholders;
import io.forkless.supervisor.output.LogDirectory;
import io.forkless.supervisor.output.WorkerOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Where the workers' output goes. Texts may have {@link Placeholders}.
 *
 * @param output for the workers' standard output, if there is no log directory
 * @param errors the same for their standard error
 * @param prefix of each line; {@code null} for the worker's index on streams, and nothing in files
 * @param logs {@code null} for the streams
 * @param logFile the name of each worker's file
 * @param ownLog opens the program's own log file anew; {@code null} if it has none
 */
record OutputSettings(
        OutputStream output,
        OutputStream errors,
        String prefix,
        LogDirectory.Options logs,
        String logFile,
        Runnable ownLog) {
    private static final String PREFIX_ON_STREAMS = "[{index}] ";

    static final String LOG_FILE = "worker-{index}.log";

    OutputSettings(OutputStream output, OutputStream errors) {
        this(output, errors, null, null, LOG_FILE, null);
    }

    OutputSettings {
        Objects.requireNonNull(output, "output");
        Objects.requireNonNull(errors, "errors");
        if (prefix != null && prefix.chars().anyMatch(c -> c == '\n' || c == '\r')) {
            throw new IllegalArgumentException("log prefix: it has a line break");
        }
        requireFileName(logFile);
        if (logs != null && Placeholders.haveIndexIn(logs.directory().toString())) {
            throw new IllegalArgumentException(
                    "log directory: " + logs.directory()
                            + " has {index} in it, but all workers' files are in one directory; it may be in the log file's name");
        }
    }

    private static void requireFileName(String template) {
        String name = new Placeholders(0, "name").fill(template);
        boolean plain;
        try {
            Path path = Path.of(name);
            plain = !name.isEmpty()
                    && path.getNameCount() == 1
                    && path.getFileName().toString().equals(name);
        } catch (InvalidPathException e) {
            plain = false;
        }
        if (!plain || name.equals(".") || name.equals("..")) {
            throw new IllegalArgumentException("log file: '" + template + "' is not a file's name without a directory");
        }
        if (!Placeholders.haveIndexIn(template)) {
            throw new IllegalArgumentException(
                    "log file: '" + template + "' has no {index} in it, so that all workers would have the same file");
        }
    }

    OutputSettings withStreams(OutputStream newOutput, OutputStream newErrors) {
        return new OutputSettings(newOutput, newErrors, prefix, logs, logFile, ownLog);
    }

    OutputSettings withPrefix(String newPrefix) {
        return new OutputSettings(output, errors, newPrefix, logs, logFile, ownLog);
    }

    OutputSettings withLogs(LogDirectory.Options newLogs) {
        return new OutputSettings(output, errors, prefix, newLogs, logFile, ownLog);
    }

    OutputSettings withLogFile(String newLogFile) {
        return new OutputSettings(output, errors, prefix, logs, newLogFile, ownLog);
    }

    OutputSettings withOwnLog(Runnable newOwnLog) {
        return new OutputSettings(output, errors, prefix, logs, logFile, newOwnLog);
    }

    /** The same, in which nothing stands for the name any more, where all workers have that in common. */
    OutputSettings named(String name) {
        if (logs == null) {
            return this;
        }
        Path filled =
                Path.of(Placeholders.inCommon("log directory", logs.directory().toString(), name));
        return withLogs(new LogDirectory.Options(filled, logs.maxBytes(), logs.keep()));
    }

    /** Where each worker's output goes, for a person; {@code null} if that is streams. */
    Path files() {
        return logs == null ? null : logs.directory().resolve(logFile);
    }

    /** @param name of the supervisor */
    WorkerOutput open(String name) throws IOException {
        if (logs == null) {
            String template = prefix == null ? PREFIX_ON_STREAMS : prefix;
            return WorkerOutput.to(output, errors, index -> new Placeholders(index, name).fill(template));
        }
        return new LogDirectory(
                logs,
                index -> new Placeholders(index, name).fill(logFile),
                index -> prefix == null ? "" : new Placeholders(index, name).fill(prefix));
    }
}
