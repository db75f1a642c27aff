package io.forkless.supervisor;

import java.util.ArrayList;
import java.util.List;

/** How to run a class of the test class path in a JVM of its own. */
public final class JavaProcess {
    /**
     * On Windows the launcher without a console: a console's host that outlives its process, as under Wine when that is
     * killed while it starts, keeps the pipes of its output open.
     */
    static final String JAVA =
            ProcessHandle.current().info().command().orElseThrow().replaceFirst("java\\.exe$", "javaw.exe");

    private static final String SELECTORS = "java.nio.channels.spi.SelectorProvider";

    private JavaProcess() {}

    /** A JVM that starts quickly and stays small, with the selectors that this one was told to use. */
    public static List<String> command(Class<?> main, String... arguments) {
        return command(List.of(), main, arguments);
    }

    public static List<String> command(List<String> options, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                JAVA, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m", "--enable-native-access=ALL-UNNAMED"));
        String selectors = System.getProperty(SELECTORS);
        if (selectors != null) {
            command.add("-D" + SELECTORS + "=" + selectors);
        }
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** The same below another process, as a start script would run it. */
    public static List<String> wrapped(List<String> command) {
        return command(Wrapper.class, command.toArray(String[]::new));
    }
}
