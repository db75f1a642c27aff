package io.forkless.supervisor.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Where an option for the workers' JVMs comes from.
 *
 * @param variable {@code null} for the command itself
 * @param value of the variable
 * @param inherited it is in the environment, and not given for the workers
 * @param directory in which the workers run, and relative files are
 */
record Origin(String variable, String value, boolean inherited, Path directory) {
    static final Origin COMMAND = new Origin(null, null, false, null);

    /** All that is in the variable. */
    List<JvmOption> options() {
        return Word.in(value).stream().flatMap(word -> options(word).stream()).toList();
    }

    private List<JvmOption> options(Word word) {
        List<OptionFile.Option> read =
                OptionFile.read(word.text(), OptionFile.in(variable), directory).toList();
        boolean withheld = inherited
                && JvmVariables.NAMES.contains(variable)
                && read.stream().anyMatch(SharedByMistake::preventsStarts);
        return read.stream()
                .map(option -> new JvmOption(option.text(), option.file(), this, withheld))
                .toList();
    }

    /** The value of which the workers get all; a file is left out as a whole. */
    String withoutWithheld() {
        return rewrite(options -> options.stream().anyMatch(JvmOption::isWithheld) ? Optional.of("") : Optional.empty())
                .strip();
    }

    /** The value with each option that N processes cannot share replaced; a file with such options by what is in it. */
    String improved() {
        return rewrite(options ->
                options.stream().allMatch(option -> better(option).isEmpty())
                        ? Optional.empty()
                        : Optional.of(options.stream()
                                .map(option -> Word.quoted(better(option).orElse(option.text())))
                                .collect(Collectors.joining(" "))));
    }

    private Optional<String> better(JvmOption option) {
        return SharedByMistake.improve(option, directory);
    }

    /** With other text for some of its words, each of which stands for these options. */
    private String rewrite(Function<List<JvmOption>, Optional<String>> change) {
        StringBuilder rewritten = new StringBuilder(value);
        List<Word> words = Word.in(value);
        for (int i = words.size() - 1; i >= 0; i--) {
            Word word = words.get(i);
            change.apply(options(word)).ifPresent(text -> rewritten.replace(word.start(), word.end(), text));
        }
        return rewritten.toString();
    }

    @Override
    public String toString() {
        return variable == null ? "COMMAND" : inherited ? variable : "--worker-env " + variable;
    }
}
