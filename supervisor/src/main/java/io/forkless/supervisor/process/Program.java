package io.forkless.supervisor.process;

import io.forkless.supervisor.archive.JarsInUse;
import io.forkless.supervisor.archive.JavaCommand;
import io.forkless.supervisor.command.Placeholders;
import io.forkless.supervisor.status.LaunchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What the workers run, and in which directory. Both are looked up anew for each process, so that a link that leads to another
 * release by then is followed. Belongs to the event loop's thread.
 */
public final class Program {
    /** How a shell calls the directory in which it runs, links included; POSIX, Environment Variables. */
    static final String LOGICAL_DIRECTORY = "PWD";

    private static final String SEARCH_PATH = "PATH";

    /** JDK 24 and later warn when JNA loads its native library without it; 17 accepts it silently. */
    private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

    private final List<String> command;
    private final Path directory;
    private final SignalShield shield;
    private final AtomicBoolean started;

    /**
     * @param template in which {@linkplain Placeholders placeholders} may be
     * @param directory absolute; its links are followed at each start
     */
    public Program(List<String> template, Path directory) {
        this(withNativeAccess(template), directory, SignalShield.ofThisSystem(), new AtomicBoolean());
    }

    private Program(List<String> command, Path directory, SignalShield shield, AtomicBoolean started) {
        this.command = command;
        this.directory = directory;
        this.shield = shield;
        this.started = started;
    }

    /** What one worker runs. */
    Program of(Placeholders placeholders) {
        return new Program(placeholders.fill(command), directory, shield, started);
    }

    private static List<String> withNativeAccess(List<String> command) {
        return JavaCommand.isJava(command) && !command.contains(NATIVE_ACCESS)
                ? JavaCommand.withOptions(command, List.of(NATIVE_ACCESS))
                : command;
    }

    /** What a process reads that is started now, with that environment. */
    FilesInUse filesInUse(Map<String, String> environment) {
        return new FilesInUse(JarsInUse.of(command, directory, environment.get("CLASSPATH")));
    }

    /**
     * Starts a process.
     *
     * @param options for the JVM, in front of the command's own
     * @param builder has the environment
     * @throws LaunchException if something that it needs is not there; the message names it
     */
    Process start(List<String> options, ProcessBuilder builder) throws LaunchException {
        List<String> words = new ArrayList<>(JavaCommand.withOptions(command, options));
        if (JavaCommand.isPath(words.get(0))) {
            // Windows would look for a relative one below our own directory.
            JavaCommand.candidates(words.get(0), directory).forEach(path -> words.set(0, path.toString()));
        }
        requireDirectory();
        requireJar();
        if (!isOwnAndHidden()) {
            builder.directory(directory.toFile());
            builder.environment().replace(LOGICAL_DIRECTORY, directory.toString());
        }
        List<String> toRun = shielded(words, builder.environment());
        try {
            Process process = shield.start(builder.command(toRun));
            started.set(true);
            return process;
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /**
     * Looks whether all is there that a start needs, as far as that can be told without one.
     *
     * @param command with nothing left to fill in
     * @throws LaunchException if not; the message names what is missing
     */
    public static void requireStartable(List<String> command, Path directory) throws LaunchException {
        Program first = new Program(command, directory, SignalShield.NONE, new AtomicBoolean());
        first.requireDirectory();
        first.requireJar();
        Optional<LaunchException> missing = first.missing(null);
        if (missing.isPresent()) {
            throw missing.get();
        }
    }

    private void requireDirectory() throws LaunchException {
        String problem = null;
        if (Files.notExists(directory)) {
            problem = "does not exist" + linkToNowhere(directory);
        } else if (!Files.isDirectory(directory) && !isOwnAndHidden()) {
            problem = "is not a directory, or cannot be entered";
        }
        if (problem != null) {
            throw new LaunchException(
                    "cannot start '" + command.get(0) + "': the directory " + directory + " " + problem,
                    LaunchException.NO_DIRECTORY,
                    null);
        }
    }

    /** One in which this process is, though its user may not come there by its path: then a child is there, too. */
    private boolean isOwnAndHidden() {
        return directory.equals(Path.of("").toAbsolutePath())
                && !Files.isDirectory(directory)
                && !Files.notExists(directory);
    }

    /** A JVM without its jar would say so itself, but only in the log, and be started again and again. */
    private void requireJar() throws LaunchException {
        Path jar = JavaCommand.jar(command).orElse(null);
        if (jar == null) {
            return;
        }
        Path file = directory.resolve(jar);
        String what = "cannot start '" + command.get(0) + " -jar " + jar + "': ";
        if (!Files.exists(file)) {
            String where = jar.isAbsolute() ? linkToNowhere(file) : " in " + directory + linkToNowhere(file);
            throw new LaunchException(what + "there is no such file" + where, LaunchException.NOT_FOUND, null);
        }
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            String problem = Files.isDirectory(file) ? "it is a directory" : "it cannot be read";
            throw new LaunchException(what + problem, LaunchException.NOT_EXECUTABLE, null);
        }
    }

    /** The JDK's message differs between versions; what a person needs is whether the program is there. */
    private LaunchException failure(IOException e) {
        return missing(e).orElseGet(() -> cannotStart(SpawnFailure.describe(e), LaunchException.NOT_EXECUTABLE, e));
    }

    /**
     * Below the shield, if it is certain that the program can be run: else only the log of the worker would tell. Where it is not
     * seen, it cannot be run, or is in a directory that this JVM cannot name; the system knows which.
     */
    private List<String> shielded(List<String> words, Map<String, String> environment) {
        if (missing(null).isPresent()) {
            return words;
        }
        List<String> shielded = shield.around(words, environment);
        boolean otherPath = !Objects.equals(environment.get(SEARCH_PATH), System.getenv(SEARCH_PATH));
        if (otherPath && shielded.size() > words.size() && !JavaCommand.isPath(words.get(0))) {
            // A program is looked up in our own path, as ever.
            found(JavaCommand.candidates(words.get(0), directory))
                    .ifPresent(path -> shielded.set(shielded.size() - words.size(), path.toString()));
        }
        return shielded;
    }

    private static Optional<Path> found(List<Path> candidates) {
        return candidates.stream()
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    /** Empty if the program is there, and can be run as far as that can be told before. */
    private Optional<LaunchException> missing(IOException cause) {
        String program = command.get(0);
        List<Path> candidates = JavaCommand.candidates(program, directory);
        if (candidates.stream().noneMatch(Files::exists)) {
            String reason = "command not found" + (started.get() ? ": " + whatIsGone(program, candidates) : "");
            return Optional.of(cannotStart(reason, LaunchException.NOT_FOUND, cause));
        }
        Optional<Path> found = found(candidates);
        return found.isEmpty()
                ? Optional.of(cannotStart("not executable", LaunchException.NOT_EXECUTABLE, cause))
                : Interpreter.problem(found.get())
                        .map(problem -> cannotStart(problem, LaunchException.NOT_EXECUTABLE, cause));
    }

    private LaunchException cannotStart(String reason, int status, IOException cause) {
        return new LaunchException("cannot start '" + command.get(0) + "': " + reason, status, cause);
    }

    /** It was there before. */
    private String whatIsGone(String program, List<Path> candidates) {
        String what = JavaCommand.isPath(program) && !candidates.isEmpty()
                ? candidates.get(0) + " does not exist any more" + linkToNowhere(candidates.get(0))
                : "no directory of PATH (" + System.getenv("PATH") + ") has it any more";
        return JavaCommand.isJava(command)
                ? what + "; if the JDK was updated, start the supervisor anew with the path of the new one"
                : what;
    }

    /** To be added to the path of a file that is not there: it, or what it is in, may be a link to nowhere. */
    private static String linkToNowhere(Path missing) {
        for (Path part = missing; part != null; part = part.getParent()) {
            if (Files.isSymbolicLink(part) && Files.notExists(part)) {
                return " (" + part + " is a link to " + target(part) + ")";
            }
        }
        return "";
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "nowhere"; // it has gone meanwhile
        }
    }
}
