package io.forkless.supervisor.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the JVM of a worker is told, by its environment and by the command as far as that can be read: what a script does
 * cannot be seen.
 */
final class JvmOptions {
    private static final String LATE = "_JAVA_OPTIONS";

    private final List<JvmOption> all = new ArrayList<>();
    private final boolean complete;

    /** @param directory in which the workers run, and relative files are */
    JvmOptions(List<String> command, Path directory, WorkerEnvironment environment) {
        boolean script = !JavaLauncher.is(command.get(0));
        List<String> words = script ? wordsOfScript(command) : command;
        int java = launcherIn(words);
        complete = java >= 0 && !(script && words.stream().anyMatch(word -> word.contains("$")));
        environment.options().stream().filter(option -> !isLate(option)).forEach(all::add);
        if (script) {
            all.addAll(environment.optionsOfScripts());
        }
        List<String> ofCommand = java < 0 ? words : ofLauncher(words, java);
        ofCommand.stream()
                .flatMap(word -> java < 0
                        ? Stream.of(new OptionFile.Option(word, null))
                        : OptionFile.read(word, List.of(OptionFile.values()), directory))
                .forEach(option -> all.add(new JvmOption(option.text(), option.file(), Origin.COMMAND, false)));
        environment.options().stream().filter(JvmOptions::isLate).forEach(all::add);
    }

    /** With a value that is a word of its own joined to its option; a class path is no option of the JVM. */
    static List<String> asTheLauncherPassesThemOn(List<String> words) {
        List<String> passed = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (!JavaLauncher.takesValue(word)) {
                passed.add(word);
            } else if (!JavaLauncher.isClassPath(word) && i + 1 < words.size()) {
                passed.add((word.equals("-p") ? "--module-path" : word) + "=" + words.get(i + 1));
            }
            i += JavaLauncher.takesValue(word) ? 1 : 0;
        }
        return passed;
    }

    /** In the order in which they count: of two that contradict each other the second one wins. */
    List<JvmOption> all() {
        return all;
    }

    /** Whether it is known to be a JVM, and that it has no other options. */
    boolean areComplete() {
        return complete;
    }

    /** Those that the workers get. */
    List<String> texts() {
        return all.stream()
                .filter(option -> !option.isWithheld())
                .map(JvmOption::text)
                .toList();
    }

    private static boolean isLate(JvmOption option) {
        return LATE.equals(option.origin().variable());
    }

    /** As of {@code sh -c 'exec java ...'}, or {@code env JAVA_TOOL_OPTIONS=... java ...}. */
    private static List<String> wordsOfScript(List<String> command) {
        return command.stream().flatMap(word -> Word.textsIn(word).stream()).toList();
    }

    private static int launcherIn(List<String> words) {
        for (int i = 0; i < words.size(); i++) {
            if (JavaLauncher.is(words.get(i))) {
                return i;
            }
        }
        return -1;
    }

    /** What stands in front of the launcher, such as a variable, and between it and what is to be run. */
    private static List<String> ofLauncher(List<String> words, int java) {
        List<String> options = new ArrayList<>();
        for (String word : words.subList(0, java)) {
            options.addAll(Word.textsIn(word.substring(word.indexOf('=') + 1)));
        }
        int i = java + 1;
        while (i < words.size() && isOption(words.get(i))) {
            String word = words.get(i);
            options.add(word);
            i += JavaLauncher.takesValue(word) ? 2 : 1;
        }
        return options;
    }

    private static boolean isOption(String word) {
        return word.startsWith("@")
                || word.startsWith("-") && !word.equals("-jar") && !word.equals("-m") && !word.startsWith("--module=");
    }
}
