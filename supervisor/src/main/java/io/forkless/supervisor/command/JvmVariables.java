package io.forkless.supervisor.command;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    private JvmVariables() {}

    /** The name under which only the workers get it. */
    public static String forWorkers(String name) {
        return PREFIX + name;
    }

    static boolean isForWorkers(String name) {
        return name.startsWith(PREFIX) && NAMES.contains(name.substring(PREFIX.length()));
    }

    /** The first option of that variable's value that is no good for a supervisor or a command; {@code null} if there is none. */
    public static String harmfulOption(String value) {
        return Word.textsIn(value).stream()
                .filter(option -> Agents.isLoadedBy(option)
                        || option.equals(DEBUG)
                        || SharedByMistake.is(option)
                        || Placeholders.areIn(option))
                .findFirst()
                .orElse(null);
    }

    /**
     * Those that a JVM was given by its command line alone.
     *
     * @param all as its {@code RuntimeMXBean} tells: those of the variables come first, except for those of the last one
     * @param environment of that JVM, {@code null} for a variable that is not set
     */
    public static List<String> withoutTheirOptions(List<String> all, UnaryOperator<String> environment) {
        List<String> first = new ArrayList<>(words(environment.apply(NAMES.get(0))));
        first.addAll(JvmOptions.asTheLauncherPassesThemOn(words(environment.apply(NAMES.get(1)))));
        int start = 0;
        for (String option : first) {
            start += start < all.size() && all.get(start).equals(option) ? 1 : 0;
        }
        List<String> last = words(environment.apply(NAMES.get(2)));
        int end = all.size();
        for (int i = last.size() - 1; i >= 0; i--) {
            end -= end > start && all.get(end - 1).equals(last.get(i)) ? 1 : 0;
        }
        return all.subList(start, end);
    }

    private static List<String> words(String value) {
        return value == null ? List.of() : Word.textsIn(value);
    }

    /** The same environment, in which variables with such an option are for the workers only. */
    public static Map<String, String> withoutHarm(Map<String, String> environment) {
        Map<String, String> changed = new HashMap<>(environment);
        for (String name : NAMES) {
            String value = environment.get(name);
            if (value != null && harmfulOption(value) != null) {
                changed.remove(name);
                changed.putIfAbsent(forWorkers(name), value);
            }
        }
        return changed;
    }
}
