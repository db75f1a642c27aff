package io.forkless.e2e;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How programs are started and killed here: in JVMs like this one, or, in the Maven profile "wine", in Windows JVMs on
 * this Linux machine.
 */
public final class Machine {
    /** Name of the property that is set, to a directory with launchers, if the programs are Windows programs. */
    static final String WINE = "forkless.it.wine";

    static final String WINE_IS_NO_MEASURE = "Wine's own scheduling of waiting calls shows, and not that of Windows";

    private static final String WINE_DIRECTORY = System.getProperty(WINE, "");

    private Machine() {}

    static boolean isWine() {
        return !WINE_DIRECTORY.isEmpty();
    }

    /** Whether the programs run on Windows, be it a real one. */
    public static boolean isWindows() {
        return isWine() || File.separatorChar == '\\';
    }

    /** What starts a JVM from here. */
    public static List<String> java() {
        return isWine()
                ? List.of(WINE_DIRECTORY + "/wine", WINE_DIRECTORY + "/jre/bin/java.exe")
                : List.of(ProcessHandle.current().info().command().orElseThrow());
    }

    /** What starts a JVM from within one of the programs. */
    public static List<String> javaForPrograms() {
        return isWine() ? List.of(path(Path.of(WINE_DIRECTORY, "jre/bin/java.exe"))) : java();
    }

    /** That file, as the programs call it. */
    public static String path(Path file) {
        return (isWine() ? "Z:" : "") + file.toAbsolutePath().normalize();
    }

    /** {@code kill -9}, TerminateProcess; the pid is one that a program has told. */
    public static void kill(long pid) throws IOException, InterruptedException {
        if (isWine()) {
            Process taskkill = new ProcessBuilder(
                            List.of(WINE_DIRECTORY + "/wine", "taskkill", "/F", "/PID", Long.toString(pid)))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            taskkill.waitFor(60, TimeUnit.SECONDS);
        } else {
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        }
    }
}
