package io.forkless.supervisor.command;

import java.io.File;
import java.util.List;
import java.util.Locale;

/** What is known of the program that starts a JVM, java(1). */
public final class JavaLauncher {
    private static final List<String> CLASS_PATH = List.of("-cp", "-classpath", "--class-path");

    /** Options whose value is the next word. */
    private static final List<String> WITH_VALUE = List.of(
            "-cp",
            "-classpath",
            "--class-path",
            "-p",
            "--module-path",
            "--upgrade-module-path",
            "--add-modules",
            "--limit-modules",
            "--add-exports",
            "--add-opens",
            "--add-reads",
            "--patch-module",
            "--enable-native-access");

    private JavaLauncher() {}

    public static boolean is(String program) {
        String name = new File(program).getName().toLowerCase(Locale.ROOT);
        return List.of("java", "java.exe", "javaw.exe").contains(name);
    }

    /** Whether the next word is the class path. */
    public static boolean isClassPath(String option) {
        return CLASS_PATH.contains(option);
    }

    /** Whether the value of that option is the next word. */
    public static boolean takesValue(String option) {
        return WITH_VALUE.contains(option);
    }
}
