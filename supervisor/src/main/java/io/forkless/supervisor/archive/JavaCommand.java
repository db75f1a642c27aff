package io.forkless.supervisor.archive;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** What can be told of a command line before it is run. */
public final class JavaCommand {
    private static final List<String> CLASS_PATH = List.of("-cp", "-classpath", "--class-path");

    private static final List<String> OTHER_PROGRAMS = List.of("-jar", "-m", "--module");

    /** Those of java(1) whose value is the next word. */
    private static final List<String> WITH_VALUE = List.of(
            "-cp",
            "-classpath",
            "--class-path",
            "-p",
            "--module-path",
            "--upgrade-module-path",
            "--add-modules",
            "--limit-modules",
            "--add-exports",
            "--add-opens",
            "--add-reads",
            "--patch-module",
            "--enable-native-access");

    private static final List<String> ARCHIVE_OPTIONS = List.of(
            "-Xshare:",
            "-XX:SharedArchiveFile=",
            "-XX:ArchiveClassesAtExit=",
            "-XX:+AutoCreateSharedArchive",
            "-XX:AOT");

    private JavaCommand() {}

    /** Whether the program is a JVM's launcher, so that options for the JVM may follow it. */
    public static boolean isJava(List<String> command) {
        String program = new File(command.get(0)).getName().toLowerCase(Locale.ROOT);
        return List.of("java", "java.exe", "javaw.exe").contains(program);
    }

    /** The command with options for the JVM in front of its own. */
    public static List<String> withOptions(List<String> command, List<String> options) {
        List<String> adapted = new ArrayList<>(command);
        adapted.addAll(1, options);
        return adapted;
    }

    /** The first directory with files on the class path of the JVM that the command starts, if there is one. */
    static Optional<Path> directoryOfClasses(List<String> command) {
        if (command.stream().anyMatch(word -> OTHER_PROGRAMS.contains(word) || word.startsWith("@"))) {
            return Optional.empty(); // the JVM looks at no class path then, or it is in a file
        }
        String classPath = System.getenv().getOrDefault("CLASSPATH", ".");
        for (int i = 1; i < command.size(); i++) {
            String word = command.get(i);
            if (CLASS_PATH.contains(word) && i + 1 < command.size()) {
                classPath = command.get(i + 1);
            } else if (word.startsWith("--class-path=")) {
                classPath = word.substring("--class-path=".length());
            }
        }
        return Stream.of(classPath.split(File.pathSeparator))
                .map(File::new)
                .filter(file -> {
                    String[] files = file.list();
                    return files != null && files.length > 0;
                })
                .map(File::toPath)
                .findFirst();
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
            i += WITH_VALUE.contains(word) ? 2 : 1;
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

    /** Where the system would look for a program, in this order. */
    public static List<Path> candidates(String program) {
        if (program.contains("/") || program.contains(File.separator)) {
            return path(program).stream().toList();
        }
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .flatMap(directory -> Stream.of(path(directory, program), path(directory, program + ".exe")))
                .flatMap(Optional::stream)
                .toList();
    }

    /** The one that the system would run; where it would look first if there is none. */
    static Optional<Path> executable(String program) {
        List<Path> candidates = candidates(program);
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
