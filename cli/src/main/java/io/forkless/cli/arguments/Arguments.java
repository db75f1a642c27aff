package io.forkless.cli.arguments;

import io.forkless.cli.arguments.ArgumentFile.Line;
import io.forkless.cli.arguments.CommandScan.Place;
import io.forkless.internal.control.NativeText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * The arguments of a command, with the lines of an {@link ArgumentFile} in the place of each {@code @FILE} before COMMAND;
 * {@code @@X} stands for the argument {@code @X}, and a lone {@code @} for itself. In a file, and from COMMAND or {@code --}
 * on, an {@code @} means nothing.
 */
public final class Arguments {
    private final List<String> given;
    private final Path directory;
    private final CommandSpec command;
    private final CommandScan scan;
    private final List<ArgumentFile> files = new ArrayList<>();
    private final List<String> expanded = new ArrayList<>();
    private int givenAfterName;
    private int expandedAfterName;
    private int operands;

    private Arguments(List<String> given, CommandSpec command, Path directory) {
        this.given = given;
        this.directory = directory;
        this.command = command;
        scan = new CommandScan(command);
    }

    /**
     * @param given as the process got them
     * @throws ParameterException if a file cannot be read or is no text, or if an argument has not arrived as it was given
     */
    public static Arguments of(List<String> given, CommandLine commandLine) {
        return of(given, commandLine, Path.of(""));
    }

    /**
     * The same, for a process that runs in another directory.
     *
     * @param directory that relative names of files are resolved against
     */
    public static Arguments of(List<String> given, CommandLine commandLine, Path directory) {
        Arguments arguments = new Arguments(given, commandLine.getCommandSpec(), directory);
        try {
            CommandLineBytes.ofThisProcess().requireIntact(given);
            arguments.expand();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(arguments.scan.spec().commandLine(), e.getMessage(), e);
        }
        return arguments;
    }

    /** For the parser, which is to leave each {@code @} alone. */
    public String[] expanded() {
        return expanded.toArray(String[]::new);
    }

    /** The files that were read and can be read again, in this order, as they were named. */
    public List<Path> files() {
        return files.stream()
                .filter(ArgumentFile::isLasting)
                .map(ArgumentFile::file)
                .toList();
    }

    /**
     * What follows the subcommand's name, for another process to take as its arguments: as given, so that it reads the files
     * itself, unless only this process can.
     */
    public List<String> afterName() {
        if (givenAfterName > 0 && files.stream().allMatch(ArgumentFile::isLasting)) {
            return given.subList(givenAfterName, given.size());
        }
        List<String> words = new ArrayList<>();
        for (int i = expandedAfterName; i < expanded.size(); i++) {
            String word = expanded.get(i);
            words.add(i < operands && word.startsWith("@") && word.length() > 1 ? "@" + word : word);
        }
        return words;
    }

    private void expand() {
        for (int i = 0; i < given.size(); i++) {
            String word = given.get(i);
            if (scan.next() == Place.OPERAND || !word.startsWith("@") || word.length() == 1) {
                add(word);
            } else if (word.startsWith("@@")) {
                add(word.substring(1));
            } else {
                include(ArgumentFile.read(word.substring(1), directory));
                continue;
            }
            if (givenAfterName == 0 && expandedAfterName == expanded.size()) {
                givenAfterName = i + 1;
            }
        }
    }

    private void include(ArgumentFile file) {
        files.add(file);
        for (Line line : file.lines()) {
            if (scan.next() == Place.OPTION) {
                ArgumentFileHints.check(file, line, scan);
            }
            try {
                NativeText.requireIntact("'" + NativeText.visible(line.text()) + "'", line.text());
            } catch (IllegalArgumentException e) {
                throw file.mistake(line, e.getMessage());
            }
            add(line.text());
        }
    }

    private void add(String word) {
        boolean before = scan.next() != Place.OPERAND;
        scan.add(word);
        expanded.add(word);
        if (before) {
            operands = expanded.size();
        }
        if (expandedAfterName == 0 && scan.spec() != command) {
            expandedAfterName = expanded.size();
        }
    }
}
