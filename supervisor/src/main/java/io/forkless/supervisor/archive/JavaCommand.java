package io.forkless.supervisor.archive;

import io.forkless.supervisor.command.JavaLauncher;
import io.forkless.supervisor.command.Placeholders;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** What can be told of a command line before it is run. */
public final class JavaCommand {
    /** Followed by where classes come from. */
    private static final List<String> PATHS =
            List.of("-cp", "-classpath", "--class-path", "-p", "--module-path", "-jar");

    private static final List<String> OTHER_PROGRAMS = List.of("-jar", "-m", "--module");

    private static final List<String> ARCHIVE_OPTIONS = List.of(
            "-Xshare:",
            "-XX:SharedArchiveFile=",
            "-XX:ArchiveClassesAtExit=",
            "-XX:+AutoCreateSharedArchive",
            "-XX:AOT");

    private JavaCommand() {}

    /** Whether the program is a JVM's launcher, so that options for the JVM may follow it. */
    public static boolean isJava(List<String> command) {
        return JavaLauncher.is(command.get(0));
    }

    /** The command with options for the JVM in front of its own. */
    public static List<String> withOptions(List<String> command, List<String> options) {
        List<String> adapted = new ArrayList<>(command);
        adapted.addAll(1, options);
        return adapted;
    }

    /**
     * The first directory with files on the class path of the JVM that the command starts, if there is one.
     *
     * @param directory in which the command runs
     */
    static Optional<Path> directoryOfClasses(List<String> command, Path directory) {
        if (command.stream().anyMatch(word -> OTHER_PROGRAMS.contains(word) || word.startsWith("@"))) {
            return Optional.empty(); // the JVM looks at no class path then, or it is in a file
        }
        String classPath = System.getenv().getOrDefault("CLASSPATH", ".");
        for (int i = 1; i < command.size(); i++) {
            String word = command.get(i);
            if (JavaLauncher.isClassPath(word) && i + 1 < command.size()) {
                classPath = command.get(i + 1);
            } else if (word.startsWith("--class-path=")) {
                classPath = word.substring("--class-path=".length());
            }
        }
        return Stream.of(classPath.split(File.pathSeparator))
                .flatMap(element -> path(element).stream())
                .map(directory::resolve)
                .filter(element -> {
                    String[] files = element.toFile().list();
                    return files != null && files.length > 0;
                })
                .findFirst();
    }

    /** The launcher, class path, module path or jar of the command that is another one for each worker, if there is one. */
    static Optional<String> classesOfEachWorker(List<String> command) {
        for (int i = 0; i < command.size(); i++) {
            String word = command.get(i);
            boolean names = i == 0 || PATHS.contains(command.get(i - 1)) || word.matches("--(?:class|module)-path=.*");
            if (names && Placeholders.haveIndexIn(word)) {
                return Optional.of(word);
            }
            if (i > 0 && command.get(i - 1).equals("-jar")) {
                return Optional.empty(); // what follows is for the program
            }
        }
        return Optional.empty();
    }

    /** The jar that {@code java -jar} is to run; empty if it is another command, or if that cannot be told for sure. */
    public static Optional<Path> jar(List<String> command) {
        int i = 1;
        while (isJava(command) && i + 1 < command.size()) {
            String word = command.get(i);
            if (word.equals("-jar")) {
                return path(command.get(i + 1));
            }
            if (!word.startsWith("-") || OTHER_PROGRAMS.contains(word) || word.startsWith("--module=")) {
                return Optional.empty(); // what follows is for the program, or in a file
            }
            i += JavaLauncher.takesValue(word) ? 2 : 1;
        }
        return Optional.empty();
    }

    /** The first option with which the command itself says which archive of classes its JVM is to use or to make. */
    public static Optional<String> archiveOption(List<String> command) {
        return command.stream()
                .filter(word -> ARCHIVE_OPTIONS.stream().anyMatch(word::startsWith))
                .findFirst();
    }

    /** The same of the variables with which every JVM can be given options, in that environment on top of ours. */
    static Optional<String> archiveOptionOf(Map<String, String> environment) {
        return Stream.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")
                .map(variable -> environment.getOrDefault(variable, System.getenv(variable)))
                .filter(Objects::nonNull)
                .flatMap(options -> archiveOption(List.of(options.split("\\s+"))).stream())
                .findFirst();
    }

    /** Whether it is found by its path, and not by its name on the {@code PATH}. */
    public static boolean isPath(String program) {
        return program.contains("/") || program.contains(File.separator);
    }

    /**
     * Where the system would look for a program, in this order.
     *
     * @param directory in which it is to run
     */
    public static List<Path> candidates(String program, Path directory) {
        Stream<Optional<Path>> candidates = isPath(program)
                ? Stream.of(path(program))
                : Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .flatMap(place -> Stream.of(path(place, program), path(place, program + ".exe")));
        return candidates.flatMap(Optional::stream).map(directory::resolve).toList();
    }

    /** The one that the system would run; where it would look first if there is none. */
    static Optional<Path> executable(String program, Path directory) {
        List<Path> candidates = candidates(program, directory);
        return candidates.stream()
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst()
                .or(() -> candidates.stream().findFirst());
    }

    /** Empty for a name that this JVM cannot have, such as one with an umlaut in the C locale. */
    private static Optional<Path> path(String first, String... more) {
        try {
            return Optional.of(Path.of(first, more));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
