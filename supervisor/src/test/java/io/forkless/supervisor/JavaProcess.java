package io.forkless.supervisor;

import java.util.ArrayList;
import java.util.List;

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

    /** The same below another process, as a start script would run it. */
    static List<String> wrapped(List<String> command) {
        return command(Wrapper.class, command.toArray(String[]::new));
    }
}
