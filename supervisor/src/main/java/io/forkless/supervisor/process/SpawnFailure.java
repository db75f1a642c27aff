package io.forkless.supervisor.process;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Why a program that is there could not be started. */
final class SpawnFailure {
    /**
     * The program by which a JDK starts others where {@code jdk.lang.Process.launchMechanism} is {@code POSIX_SPAWN}, which it
     * is unless set; JDK 17 and later.
     */
    private static final String HELPER = "jspawnhelper";

    private SpawnFailure() {}

    static String describe(IOException e) {
        String reason = String.valueOf(e.getMessage());
        Path jdk = Path.of(System.getProperty("java.home"));
        boolean usesHelper = File.separatorChar == '/'
                && System.getProperty("jdk.lang.Process.launchMechanism", "POSIX_SPAWN")
                        .equals("POSIX_SPAWN");
        if (!usesHelper) {
            return reason;
        }
        if (Files.notExists(jdk.resolve("lib").resolve(HELPER))) {
            return "the JDK that the supervisor runs on, " + jdk
                    + ", is not there any more: stop and start the supervisor";
        }
        // One of another version than ours refuses, which is told in different words.
        return reason.contains("helper")
                ? "the JDK that the supervisor runs on, " + jdk
                        + ", was perhaps updated meanwhile: stop and start the supervisor (" + reason + ")"
                : reason;
    }
}
