package io.forkless.testing;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How to run a program in a JVM of its own, which starts quickly and stays small: compiled by C1 alone, with the serial
 * collector and 64 MiB of heap. Options that a test adds win over these.
 */
public final class JavaProgram {
    /** The launcher of this JVM. */
    public static final String JAVA = ProcessHandle.current().info().command().orElseThrow();

    /**
     * On Windows the launcher without a console: a console's host that outlives its process, as under Wine when that is
     * killed while it starts, keeps the pipes of its output open.
     */
    public static final String JAVA_WITHOUT_CONSOLE = JAVA.replaceFirst("java\\.exe$", "javaw.exe");

    private static final List<String> QUICK_AND_SMALL =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m", "--enable-native-access=ALL-UNNAMED");

    private static final String SELECTORS = "java.nio.channels.spi.SelectorProvider";

    private final List<String> code;
    private final List<String> arguments;
    private final List<String> options = new ArrayList<>();
    private List<String> prefix = List.of();
    private boolean hasOwnTemporaryDirectory;
    private List<String> java = List.of(JAVA_WITHOUT_CONSOLE);

    private JavaProgram(List<String> code, String... arguments) {
        this.code = code;
        this.arguments = List.of(arguments);
        options.addAll(QUICK_AND_SMALL);
        String selectors = System.getProperty(SELECTORS);
        if (selectors != null) {
            options.add("-D" + SELECTORS + "=" + selectors);
        }
    }

    /** A class of the class path of the tests. */
    public static JavaProgram of(Class<?> main, String... arguments) {
        return onClassPath(System.getProperty("java.class.path"), main, arguments);
    }

    public static JavaProgram onClassPath(String classPath, Class<?> main, String... arguments) {
        return new JavaProgram(List.of("-cp", classPath, main.getName()), arguments);
    }

    public static JavaProgram ofJar(String jar, String... arguments) {
        return new JavaProgram(List.of("-jar", jar), arguments);
    }

    /** The program becomes a class of that module, with which it shares a package; there is no class path. */
    public static JavaProgram inModule(String module, Path moduleClasses, Class<?> main, String... arguments) {
        List<String> code = List.of(
                "--module-path",
                moduleClasses.toString(),
                "--patch-module",
                module + "=" + classesOf(main),
                "--module",
                module + "/" + main.getName());
        return new JavaProgram(code, arguments);
    }

    /** The directory or jar that this class is from. */
    public static Path classesOf(Class<?> type) {
        return Path.of(URI.create(
                type.getProtectionDomain().getCodeSource().getLocation().toString()));
    }

    /** Without any option, as a user may start it. */
    public JavaProgram withoutOptions() {
        options.clear();
        return this;
    }

    public JavaProgram options(String... more) {
        return options(List.of(more));
    }

    public JavaProgram options(List<String> more) {
        options.addAll(more);
        return this;
    }

    public JavaProgram temporary(Path directory) {
        return temporary(directory.toString());
    }

    /** Where the program makes its temporary files, as the program calls it. */
    public JavaProgram temporary(String directory) {
        hasOwnTemporaryDirectory = true;
        return options("-Djava.io.tmpdir=" + directory);
    }

    /** On Windows with the launcher that tells on its standard error, and not in a window, why a program has failed. */
    public JavaProgram withConsole() {
        return launchedBy(List.of(JAVA));
    }

    /** @param launcher what starts a JVM, in place of the launcher of this one */
    public JavaProgram launchedBy(List<String> launcher) {
        java = launcher;
        return this;
    }

    /** @param command runs the JVM, with the same pid or as its child */
    public JavaProgram below(List<String> command) {
        prefix = command;
        return this;
    }

    /** The whole as words, for somebody else to start. */
    public List<String> command() {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(java);
        command.addAll(options);
        command.addAll(code);
        command.addAll(arguments);
        return command;
    }

    /**
     * What starts the program from here. It inherits no setting of ours or of the launcher, and no ignored signal; with a
     * temporary directory of its own it has no runtime directory, where it might find the supervisors of others.
     */
    public ProcessBuilder process() throws IOException {
        List<String> command = new ArrayList<>(IgnoredSignals.resetting());
        command.addAll(command());
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("FORKLESS_")
                        || name.endsWith("JAVA_OPTIONS")
                        || hasOwnTemporaryDirectory && name.equals("XDG_RUNTIME_DIR"));
        return builder;
    }
}
