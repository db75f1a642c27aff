package io.forkless.supervisor.archive;

import io.forkless.supervisor.command.JavaLauncher;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The jars that a command of java(1) names, and that its JVM reads for as long as it runs: those of {@code -jar}, of the class
 * path and of the module path. None of a command that is not java, or of jars that are named by an {@code @file} or a manifest.
 */
public final class JarsInUse {
    private static final List<String> MODULE_PATH = List.of("-p", "--module-path");
    private static final String WILDCARD = "*";

    private final Path directory;
    private final List<Path> jars = new ArrayList<>();

    private JarsInUse(Path directory) {
        this.directory = directory;
    }

    /**
     * @param directory in which the command runs
     * @param classPath that of the environment, {@code null} if there is none
     */
    public static List<Path> of(List<String> command, Path directory, String classPath) {
        JarsInUse found = new JarsInUse(directory);
        Optional<Path> jar = JavaCommand.jar(command);
        if (jar.isPresent()) { // then there is no other class path
            found.add(directory.resolve(jar.get()));
        } else if (JavaCommand.isJava(command)) {
            found.addPaths(command, classPath);
        }
        return found.jars;
    }

    private void addPaths(List<String> command, String classPath) {
        String classes = classPath;
        int i = 1;
        while (i < command.size() && command.get(i).startsWith("-")) { // else the main class follows
            boolean hasValue = JavaLauncher.takesValue(command.get(i)) && i + 1 < command.size();
            String[] pair = command.get(i).split("=", 2);
            String value = hasValue ? command.get(i + 1) : pair.length == 2 ? pair[1] : "";
            if (JavaLauncher.isClassPath(pair[0])) {
                classes = value;
            } else if (MODULE_PATH.contains(pair[0])) {
                elements(value).forEach(this::addAll);
            }
            i += hasValue ? 2 : 1;
        }
        if (classes != null) {
            elements(classes).forEach(this::addClassPathElement);
        }
    }

    private static Stream<String> elements(String path) {
        return Stream.of(path.split(File.pathSeparator));
    }

    private void addClassPathElement(String element) {
        if (element.endsWith(WILDCARD)) {
            addAll(element.substring(0, element.length() - WILDCARD.length()));
        } else {
            resolve(element).ifPresent(this::add);
        }
    }

    /** A jar, or those in a directory. */
    private void addAll(String element) {
        Path path = resolve(element).orElse(null);
        File[] files = path == null ? null : path.toFile().listFiles();
        if (files == null) {
            Optional.ofNullable(path).ifPresent(this::add);
            return;
        }
        Stream.of(files)
                .filter(file -> file.getName().toLowerCase(Locale.ROOT).endsWith(".jar"))
                .map(File::toPath)
                .forEach(this::add);
    }

    private void add(Path file) {
        if (Files.isRegularFile(file)) {
            jars.add(file);
        }
    }

    /** Empty for a name that no file can have. */
    private Optional<Path> resolve(String name) {
        try {
            return Optional.of(directory.resolve(name));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
