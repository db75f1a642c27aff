package io.forkless.cli;

import io.forkless.supervisor.SupervisorBuilder;
import io.forkless.supervisor.command.Placeholders;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What the lines of the workers and of the supervisor itself look like, and where the latter go. */
final class LogOptions {
    enum Format {
        TEXT,
        JSON
    }

    private static final String NO_PREFIX = "none";

    @Option(
            names = "--log-file",
            paramLabel = "NAME",
            defaultValue = "worker-{index}.log",
            description = "The names of the files in --log-dir; {index} stands for the worker's index, {name} for the"
                    + " supervisor's name. Default: ${DEFAULT-VALUE}.")
    private String file;

    @Option(
            names = "--log-prefix",
            paramLabel = "TEXT",
            description =
                    "What comes in front of each line of a worker, with {index} and {name} as above; '" + NO_PREFIX
                            + "' for nothing. Default: '[{index}] ' on the console; nothing in files, or with --log-format json.")
    private String prefix;

    @Option(
            names = "--log-format",
            paramLabel = "text|json",
            converter = FormatConverter.class,
            defaultValue = "text",
            description = "Of the supervisor's own log: a line of text, or an object of JSON in a line, with what has"
                    + " happened, to which worker, and why, as fields. Default: ${DEFAULT-VALUE}.")
    private Format format;

    @Option(
            names = "--supervisor-log",
            paramLabel = "FILE",
            description = "Writes the supervisor's own log there in place of standard error; {name} as above; USR1 and"
                    + " 'forkless reopen-logs' open it anew. Default of 'start': forkless.log in --log-dir.")
    private Path supervisorLog;

    /**
     * {@code null} if it was not given.
     *
     * @param name of the supervisor, {@code null} if it is given none
     */
    Path supervisorLog(String name) {
        return NamedPath.of("supervisor log", supervisorLog, name);
    }

    /** @param name of the supervisor; {@code null} for this process's pid */
    SupervisorLog openLog(String name) {
        String called = name == null ? Long.toString(ProcessHandle.current().pid()) : name;
        return new SupervisorLog(supervisorLog(name), format == Format.JSON ? new JsonLogFormatter(called) : null);
    }

    /** Of the file of a worker in the log directory. */
    String fileName(int index, String supervisor) {
        return new Placeholders(index, supervisor).fill(file);
    }

    /** @throws IllegalArgumentException if the supervisor's log would be one of the workers' files, which are renamed */
    void requireApart(Path directory, String name) {
        Path own = supervisorLog(name);
        if (own == null || directory == null || !normal(own).getParent().equals(normal(directory))) {
            return;
        }
        String called = name == null ? "" : name;
        String workers = "\\Q" + Placeholders.withName(file, called).replace("{index}", "\\E\\d+\\Q") + "\\E(\\.\\d+)?";
        if (own.getFileName().toString().matches(workers)) {
            throw new IllegalArgumentException("supervisor log: " + own + " is the log file of a worker");
        }
    }

    private static Path normal(Path path) {
        return path.toAbsolutePath().normalize();
    }

    void applyTo(SupervisorBuilder builder) {
        builder.logFile(file);
        if (prefix != null) {
            builder.outputPrefix(prefix.equals(NO_PREFIX) ? "" : prefix);
        } else if (format == Format.JSON) {
            builder.outputPrefix("");
        }
    }

    static final class FormatConverter implements ITypeConverter<Format> {
        @Override
        public Format convert(String value) {
            for (Format format : Format.values()) {
                if (format.name().equalsIgnoreCase(value)) {
                    return format;
                }
            }
            throw new TypeConversionException("'" + value + "' is neither text nor json");
        }
    }
}
