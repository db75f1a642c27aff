package io.forkless.cli.arguments;

import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Follows a command line word by word, by the same model as the parser, and knows where the next word stands. So what belongs
 * to a COMMAND is known before anything is parsed.
 */
final class CommandScan {
    /** Where a word may stand. */
    enum Place {
        /** An option may be here, or what ends the options: {@code --}, the name of a subcommand, or a COMMAND. */
        OPTION,
        /** The option before takes it. */
        VALUE,
        /** After {@code --}, or after the first word of a COMMAND. */
        OPERAND
    }

    private CommandSpec spec;
    private Place next = Place.OPTION;
    private int values;
    private boolean help;

    CommandScan(CommandSpec spec) {
        this.spec = spec;
    }

    Place next() {
        return next;
    }

    /** Of the subcommand, if there has been one. */
    CommandSpec spec() {
        return spec;
    }

    /** @throws ParameterException if the word is an option that the command does not have */
    void add(String word) {
        if (next == Place.VALUE) {
            values--;
        } else if (next == Place.OPTION) {
            addOption(word);
        }
        if (next != Place.OPERAND) {
            next = values > 0 ? Place.VALUE : Place.OPTION;
        }
    }

    /** Whether an option has that name in the command so far. */
    boolean knows(String name) {
        return spec.optionsMap().containsKey(name);
    }

    private void addOption(String word) {
        CommandLine subcommand = spec.subcommands().get(word);
        if (subcommand != null) {
            spec = subcommand.getCommandSpec();
        } else if (word.equals("--") || !word.startsWith("-") || word.length() == 1) {
            next = Place.OPERAND;
        } else {
            values = valuesAfter(word);
        }
    }

    private int valuesAfter(String word) {
        Map<String, OptionSpec> options = spec.optionsMap();
        String name = word.split("=", 2)[0];
        OptionSpec option = options.get(name);
        if (option != null) {
            return note(option) && word.equals(name) ? option.arity().min() : 0;
        }
        for (int i = 1; i < word.length(); i++) { // short ones in one word, of which the last may have a value
            option = word.startsWith("--") ? null : options.get("-" + word.charAt(i));
            if (option == null) {
                requireHelp(word, name);
                return 0;
            }
            if (note(option)) {
                return i + 1 < word.length() ? 0 : option.arity().min();
            }
        }
        return 0;
    }

    /** Returns whether it takes a value. */
    private boolean note(OptionSpec option) {
        help |= option.usageHelp() || option.versionHelp();
        return option.arity().max() > 0;
    }

    /** The parser would tell of this last, and of what is missing first. */
    private void requireHelp(String word, String name) {
        if (!help) {
            throw mistake(word, name);
        }
    }

    private ParameterException mistake(String word, String name) {
        if (word.matches("-[0-9]+")) {
            return new ParameterException(
                    spec.commandLine(),
                    "'" + word + "' is a number after '--' only: " + spec.qualifiedName() + " -- " + word);
        }
        boolean early = spec.subcommands().values().stream()
                .anyMatch(subcommand -> subcommand.getCommandSpec().optionsMap().containsKey(name));
        return early
                ? new ParameterException(
                        spec.commandLine(),
                        "'" + name + "' comes after the command's name: " + spec.qualifiedName() + " COMMAND " + word)
                : new UnmatchedArgumentException(spec.commandLine(), List.of(word));
    }
}
