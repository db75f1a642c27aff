package io.forkless.supervisor.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The variables by which every JVM gets options, and what is in them for workers alone: an agent, a port, a log file. Each of
 * them has a second name, by which workers get it and the supervisor's own JVM does not.
 */
public final class JvmVariables {
    /** In the order in which they count: the last one wins, also over the command. */
    public static final List<String> NAMES = List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

    private static final String PREFIX = "FORKLESS_WORKER_";

    /** Of old; by itself it makes a JVM slow at most. */
    private static final String DEBUG = "-Xdebug";

    private static final Path HERE = Path.of("");

    private JvmVariables() {}

    /** The name under which only the workers get it. */
    public static String forWorkers(String name) {
        return PREFIX + name;
    }

    static boolean isForWorkers(String name) {
        return name.startsWith(PREFIX) && NAMES.contains(name.substring(PREFIX.length()));
    }

    /** Whether no launcher has looked at it, so that {@code @} has no meaning in it. */
    static boolean isReadByJvmItself(String name) {
        return name.equals(NAMES.get(0)) || name.equals(NAMES.get(2));
    }

    /**
     * The first option of that variable's value, or of a file that it names, that is no good for a supervisor or a command: in
     * quotes, and with the name of the file. Relative files are in the working directory.
     */
    public static Optional<String> harmfulOption(String name, String value) {
        return Word.textsIn(value).stream()
                .flatMap(word -> OptionFile.read(word, OptionFile.in(name), HERE))
                .filter(option -> isHarmful(option.text()))
                .findFirst()
                .map(option -> JvmOption.described(option.text(), option.file()));
    }

    private static boolean isHarmful(String option) {
        return Agents.isLoadedBy(option)
                || option.equals(DEBUG)
                || SharedByMistake.is(option)
                || Placeholders.areIn(option);
    }

    /**
     * Those that a JVM was given by its command line alone.
     *
     * @param all as its {@code RuntimeMXBean} tells: those of the variables come first, except for those of the last one, and what is in
     *     a file of flags in front of all
     * @param environment of that JVM, {@code null} for a variable that is not set
     */
    public static List<String> withoutTheirOptions(List<String> all, UnaryOperator<String> environment) {
        List<String> first = new ArrayList<>(words(NAMES.get(0), environment));
        first.addAll(JvmOptions.asTheLauncherPassesThemOn(words(NAMES.get(1), environment)));
        int start = flagsFirstIn(all);
        for (String option : first) {
            start += start < all.size() && all.get(start).equals(option) ? 1 : 0;
        }
        List<String> last = words(NAMES.get(2), environment);
        int end = all.size();
        for (int i = last.size() - 1; i >= 0; i--) {
            end -= end > start && all.get(end - 1).equals(last.get(i)) ? 1 : 0;
        }
        return all.subList(start, end);
    }

    private static int flagsFirstIn(List<String> all) {
        return all.stream()
                .map(option -> OptionFile.FLAGS.words(option, HERE))
                .filter(flags -> flags.size() <= all.size()
                        && all.subList(0, flags.size()).equals(flags))
                .mapToInt(List::size)
                .max()
                .orElse(0);
    }

    /** With files in place, but for those of flags. */
    private static List<String> words(String name, UnaryOperator<String> environment) {
        Set<OptionFile> inPlace = OptionFile.in(name);
        inPlace.remove(OptionFile.FLAGS);
        String value = environment.apply(name);
        return Word.textsIn(value == null ? "" : value).stream()
                .flatMap(word -> OptionFile.read(word, inPlace, HERE))
                .map(OptionFile.Option::text)
                .toList();
    }

    /** The same environment, in which variables with such an option are for the workers only. */
    public static Map<String, String> withoutHarm(Map<String, String> environment) {
        Map<String, String> changed = new HashMap<>(environment);
        for (String name : NAMES) {
            String value = environment.get(name);
            if (value != null && harmfulOption(name, value).isPresent()) {
                changed.remove(name);
                changed.putIfAbsent(forWorkers(name), value);
            }
        }
        return changed;
    }
}
