package io.forkless.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Arguments of {@code run}, and changes to them: an option that is given replaces all earlier ones of its name, and a COMMAND
 * replaces the earlier one.
 */
final class ChangedArguments {
    private static final String COMMAND_FOLLOWS = "--";

    private static final String UNIX = "unix:";

    /** They name the supervisor, and do not change. */
    private static final Set<String> NAMING = Set.of("--name", "--runtime-dir");

    private ChangedArguments() {}

    /**
     * @param arguments as of {@code upgrade}, and so are the changes: COMMAND may be missing
     * @return the arguments with the changes made
     * @throws ParameterException if one of them is wrong
     */
    static List<String> merge(List<String> arguments, List<String> changes) {
        ParseResult before = parse(arguments);
        ParseResult after = parse(changes);
        Set<String> changed =
                after.matchedOptions().stream().map(OptionSpec::longestName).collect(Collectors.toSet());
        List<String> merged = new ArrayList<>();
        options(before)
                .filter(option -> !changed.contains(option.longestName()))
                .forEach(option -> merged.addAll(words(option)));
        options(after).forEach(option -> merged.addAll(words(option)));
        addCommand(merged, command(after).isEmpty() ? command(before) : command(after));
        return merged;
    }

    /** What is given to {@code upgrade}, with absolute paths, since it is read in another directory. */
    static List<String> of(ParseResult given) {
        List<String> words = new ArrayList<>();
        for (OptionSpec option : options(given).toList()) {
            if (!NAMING.contains(option.longestName())) {
                for (String value : option.originalStringValues()) {
                    words.add(word(option, withFullPath(option, value)));
                }
            }
        }
        addCommand(words, command(given));
        return words;
    }

    /** Each option once, with all its values, however often it is given. */
    private static Stream<OptionSpec> options(ParseResult parsed) {
        return parsed.matchedOptions().stream().distinct();
    }

    private static void addCommand(List<String> words, List<String> command) {
        if (!command.isEmpty()) {
            words.add(COMMAND_FOLLOWS);
            words.addAll(command);
        }
    }

    private static String withFullPath(OptionSpec option, String value) {
        if (option.typeInfo().getType() == Path.class) {
            return absolute(value);
        }
        boolean isListener = option.longestName().equals("--listen") && value.startsWith(UNIX);
        return isListener ? UNIX + absolute(value.substring(UNIX.length())) : value;
    }

    private static String absolute(String path) {
        return LogicalDirectory.current()
                .resolve(Path.of(path))
                .toAbsolutePath()
                .toString();
    }

    private static List<String> words(OptionSpec option) {
        return option.originalStringValues().stream()
                .map(value -> word(option, value))
                .toList();
    }

    private static String word(OptionSpec option, String value) {
        return option.arity().max() == 0 ? option.longestName() : option.longestName() + "=" + value;
    }

    private static List<String> command(ParseResult parsed) {
        return parsed.matchedPositionals().stream()
                .flatMap(positional -> positional.originalStringValues().stream())
                .toList();
    }

    private static ParseResult parse(List<String> arguments) {
        List<String> words = new ArrayList<>(List.of("upgrade"));
        words.addAll(arguments);
        return Main.commandLine().parseArgs(words.toArray(String[]::new)).subcommand();
    }
}
