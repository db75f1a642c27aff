package io.forkless.posix;

import java.io.File;

/** Whether a test can play another user. */
final class Privileges {
    static final String REASON = "only root, with setpriv(1), can start a process of another user";

    private Privileges() {}

    static boolean canBecomeNobody() {
        return LibC.INSTANCE.getuid() == 0 && new File("/usr/bin/setpriv").canExecute();
    }
}
