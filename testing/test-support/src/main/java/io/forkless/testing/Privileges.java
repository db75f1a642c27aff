package io.forkless.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Whether a test can play another user. */
public final class Privileges {
    /** Why a test is skipped. */
    public static final String REASON = "only root, with setpriv(1), can start a process of another user";

    /** What runs a command as the user {@code nobody}, without any capability, with the same pid. */
    public static final List<String> AS_NOBODY =
            List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all");

    private Privileges() {}

    public static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    public static boolean canBecomeNobody() {
        return isRoot() && Files.isExecutable(Path.of("/usr/bin/setpriv"));
    }
}
