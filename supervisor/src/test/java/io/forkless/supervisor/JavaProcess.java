package io.forkless.supervisor;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** How to run a class of the test class path in a JVM of its own. */
public final class JavaProcess {
    static final String JAVA = ProcessHandle.current().info().command().orElseThrow();

    private JavaProcess() {}

    /** A JVM that starts quickly and stays small. */
    public static List<String> command(Class<?> main, String... arguments) {
        return command(List.of(), main, arguments);
    }

    public static List<String> command(List<String> options, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                JAVA, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** For {@code sh -c}. */
    static String quoted(List<String> command) {
        return command.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
    }
}
