package io.forkless.supervisor.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The kinds of files by which a word stands for further options: java(1), "java Command-Line Argument Files", and HotSpot,
 * {@code Arguments::parse_vm_options_file} and {@code process_settings_file}. A file may name one of the kinds behind its own,
 * and of no other.
 */
enum OptionFile {
    /** Which the launcher reads. */
    ARGUMENTS("@", ""),
    VM_OPTIONS("-XX:VMOptionsFile=", ""),
    /** With what comes behind {@code -XX:}. */
    FLAGS("-XX:Flags=", "-XX:");

    private final String prefix;
    private final String beginning;

    OptionFile(String prefix, String beginning) {
        this.prefix = prefix;
        this.beginning = beginning;
    }

    /**
     * What a word stands for.
     *
     * @param file in which the option is, {@code null} if it is the word itself
     */
    record Option(String text, String file) {}

    /** The kinds that a JVM can find in that variable; what a variable of its own is for is up to a script. */
    static Set<OptionFile> in(String variable) {
        return JvmVariables.isReadByJvmItself(variable)
                ? EnumSet.of(VM_OPTIONS, FLAGS)
                : EnumSet.allOf(OptionFile.class);
    }

    /** Nothing of a file that cannot be read: the JVM will say so. */
    static Stream<Option> read(String word, Collection<OptionFile> kinds, Path directory) {
        return read(new Option(word, null), kinds, directory);
    }

    private static Stream<Option> read(Option word, Collection<OptionFile> kinds, Path directory) {
        for (OptionFile kind : kinds) {
            if (word.text().startsWith(kind.prefix)) {
                String name = word.text().substring(kind.prefix.length());
                Set<OptionFile> further = EnumSet.copyOf(kinds);
                further.removeIf(other -> other.compareTo(kind) <= 0);
                return words(directory, name).stream()
                        .flatMap(text -> read(new Option(kind.beginning + text, name), further, directory));
            }
        }
        return Stream.of(word);
    }

    /** The words of the file that this option names; none if it names none of this kind. */
    List<String> words(String option, Path directory) {
        return option.startsWith(prefix) ? words(directory, option.substring(prefix.length())) : List.of();
    }

    private static List<String> words(Path directory, String name) {
        try {
            Path file = directory.resolve(name);
            if (!Files.isRegularFile(file)) { // a pipe can be read once, and not by us
                return List.of();
            }
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .lines()
                    .flatMap(line -> Word.textsIn(line).stream().takeWhile(word -> !word.startsWith("#")))
                    .toList();
        } catch (IOException | InvalidPathException e) {
            return List.of();
        }
    }
}
