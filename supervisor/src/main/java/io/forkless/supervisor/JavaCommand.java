package io.forkless.supervisor;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What can be told of a command line before it is run. */
final class JavaCommand {
    private JavaCommand() {}

    /** Whether the program is a JVM's launcher, so that options for the JVM may follow it. */
    static boolean isJava(List<String> command) {
        String program = new File(command.get(0)).getName().toLowerCase(Locale.ROOT);
        return List.of("java", "java.exe").contains(program);
    }

    /** The command with options for the JVM in front of its own. */
    static List<String> withOptions(List<String> command, List<String> options) {
        List<String> adapted = new ArrayList<>(command);
        adapted.addAll(1, options);
        return adapted;
    }

    /** Where the system would look for a program, in this order. */
    static List<Path> candidates(String program) {
        if (program.contains("/") || program.contains(File.separator)) {
            return List.of(Path.of(program));
        }
        List<Path> candidates = new ArrayList<>();
        for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            candidates.add(Path.of(directory, program));
            candidates.add(Path.of(directory, program + ".exe"));
        }
        return candidates;
    }

    /** The one that the system would run; where it would look first if there is none. */
    static Path executable(String program) {
        List<Path> candidates = candidates(program);
        return candidates.stream()
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst()
                .orElse(candidates.get(0));
    }
}
