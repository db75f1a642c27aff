package io.forkless.supervisor.command;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The table of the options that mean one process: a port that only one can listen on, or a file that only one can write.
 * Each has a value to which {@code {index}} can be added.
 */
enum SharedByMistake {
    DEBUG_AGENT(
            Agents.DEBUGGER_PATTERN + "(?:.*,)?address=(?<value>[^,]+).*",
            Kind.PORT,
            Release.NONE,
            "one process at a time can have this address, and every other one ends as it starts"),
    JMX(
            "-Dcom\\.sun\\.management\\.jmxremote\\.(?:rmi\\.)?port=(?<value>.*)",
            Kind.PORT,
            Release.NONE,
            "one process at a time can have this port, and every other one ends as it starts"),
    AGENT(
            "-(?:javaagent|agentpath|agentlib):[^=]+=(?:(?:.*[,;&])?port=(?<value>\\d+)(?:[,;&].*)?"
                    + "|(?:[^,;=]*:)?(?<other>\\d+):.*)",
            Kind.AGENT_PORT,
            Release.NONE,
            "one process at a time can have this port, and what the agent does in every other one is up to it"),
    GC_LOG(
            "-Xlog:[^:]*:(?:file=)?(?!stdout|stderr|#)(?<value>\"[^\"]+\"|(?:[A-Za-z]:[\\\\/])?[^:\"]+).*",
            Kind.FILE,
            Release.ALL,
            "each process renames, as it starts, the file that another one writes"),
    OLD_GC_LOG(
            "-Xloggc:(?<value>.+)",
            Kind.FILE,
            Release.ALL,
            "each process renames, as it starts, the file that another one writes"),
    HEAP_DUMP(
            "-XX:HeapDumpPath=(?<value>.+)",
            Kind.FILE_OR_DIRECTORY,
            Release.WITH_JDK_8353727,
            "the first heap dump is in the way of the next one, of whichever process"),
    FLIGHT_RECORDING(
            "-XX:(?:StartFlightRecording|FlightRecorderOptions)[:=](?:.*,)?filename=(?<value>[^,]+).*",
            Kind.FILE_OR_DIRECTORY,
            Release.WITH_JDK_8261441,
            "the recording of one process replaces that of another one"),
    CRASH_REPORT(
            "-XX:ErrorFile=(?<value>.+)",
            Kind.FILE,
            Release.ALL,
            "the report of one process replaces that of another one"),
    COMPILATION_LOG("-XX:LogFile=(?<value>.+)", Kind.FILE, Release.ALL, "all processes write to it"),
    ARCHIVE(
            "-XX:(?:ArchiveClassesAtExit|AOTCacheOutput)=(?<value>.+)",
            Kind.FILE,
            Release.NONE,
            "all processes write it as they exit; --fast-start has one archive for all of them");

    /** The first release of the JDK of which the option understands {@code %p}, the pid. */
    private static final class Release {
        static final int ALL = 0;
        static final int WITH_JDK_8261441 = 18;
        static final int WITH_JDK_8353727 = 25;
        static final int NONE = Integer.MAX_VALUE;
    }

    private enum Kind {
        PORT,
        AGENT_PORT,
        FILE,
        FILE_OR_DIRECTORY
    }

    /** A free port for each, or the debugger's own name of a part of the memory. */
    private static final Pattern ANY_PORT = Pattern.compile("(?:.*:)?0*");

    private static final Pattern LAST_DIGIT = Pattern.compile("\\d$");

    private static final String PID = "%p";

    /** Of what a shell puts in, which may be the index. */
    private static final String VARIABLE = "$";

    private static final Pattern NO_FILE = Pattern.compile("\"?/dev/.*");
    private static final Pattern SUFFIX = Pattern.compile("(?=(?:\\.[^./\\\\\"]*)?\"?$)");

    private static final Path HERE = Path.of("");

    private final Pattern pattern;
    private final Kind kind;
    private final int pidSince;
    private final String consequence;

    SharedByMistake(String pattern, Kind kind, int pidSince, String consequence) {
        this.pattern = Pattern.compile(pattern);
        this.kind = kind;
        this.pidSince = pidSince;
        this.consequence = consequence;
    }

    /**
     * What is in the way of N processes, one piece of advice for each such option.
     *
     * @param directory in which they run
     */
    static List<Advice> in(List<JvmOption> options, Path directory) {
        return options.stream()
                .flatMap(option -> find(option, directory).stream())
                .toList();
    }

    /** Whether N processes cannot share it. */
    static boolean is(String option) {
        return Stream.of(values())
                .anyMatch(row -> row.withIndex(option, false, HERE).isPresent());
    }

    /** Whether no second JVM starts with it. */
    static boolean preventsStarts(OptionFile.Option option) {
        return Stream.of(DEBUG_AGENT, JMX)
                .anyMatch(row -> row.withIndex(option.text(), option.file() != null, HERE)
                        .isPresent());
    }

    /** The option that N processes can have in place of this one, if they cannot share it. */
    static Optional<String> improve(JvmOption option, Path directory) {
        return Stream.of(values())
                .flatMap(row -> row.withIndex(option, directory).stream())
                .findFirst();
    }

    private static Optional<Advice> find(JvmOption option, Path directory) {
        return Stream.of(values())
                .flatMap(row -> row.advise(option, directory).stream())
                .findFirst();
    }

    private Optional<Advice> advise(JvmOption option, Path directory) {
        if (option.isWithheld() && this != DEBUG_AGENT && this != JMX) {
            return Optional.empty(); // is in a file that the workers do not get because of something else
        }
        String what = option.isWithheld()
                ? "the workers " + (option.file() == null ? "do not get it" : "get nothing of that file")
                        + ", since one process at a time can have this address"
                : consequence;
        return withIndex(option, directory).map(better -> new Advice(option + ": " + what, option.replacedBy(better)));
    }

    private Optional<String> withIndex(JvmOption option, Path directory) {
        return withIndex(option.text(), option.file() != null, directory);
    }

    /** The same with the index in the port or the file that all would have in common, if the option has got one. */
    private Optional<String> withIndex(String option, boolean inFile, Path directory) {
        Matcher matcher = pattern.matcher(option);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String group = kind == Kind.AGENT_PORT && matcher.group("value") == null ? "other" : "value";
        String value = matcher.group(group);
        if (inFile && Placeholders.haveIndexIn(value)) {
            return Optional.of(option); // which is filled in elsewhere only
        }
        return isShared(value, directory)
                ? Optional.of(option.substring(0, matcher.start(group))
                        + addIndex(value)
                        + option.substring(matcher.end(group)))
                : Optional.empty();
    }

    private boolean isShared(String value, Path directory) {
        // The workers have most likely got the JDK that we have.
        boolean hasPid = value.contains(PID) && Runtime.version().feature() >= pidSince;
        if (hasPid || value.contains(VARIABLE) || Placeholders.haveIndexIn(value)) {
            return false;
        }
        return switch (kind) {
            case PORT, AGENT_PORT -> !ANY_PORT.matcher(value).matches();
            case FILE -> !NO_FILE.matcher(value).matches();
            case FILE_OR_DIRECTORY -> !NO_FILE.matcher(value).matches() && !isDirectory(value, directory);
        };
    }

    private static boolean isDirectory(String value, Path directory) {
        try {
            return value.endsWith("/") || Files.isDirectory(directory.resolve(value));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private String addIndex(String value) {
        if (kind == Kind.PORT || kind == Kind.AGENT_PORT) {
            return LAST_DIGIT.matcher(value).find()
                    ? LAST_DIGIT.matcher(value).replaceFirst("{index}")
                    : value + "{index}";
        }
        return SUFFIX.matcher(value).replaceFirst("-{index}");
    }
}
