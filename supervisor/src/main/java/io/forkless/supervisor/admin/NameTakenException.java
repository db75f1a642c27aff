package io.forkless.supervisor.admin;

import java.io.IOException;

/** Another supervisor has the name, or somebody just looks whether it is free. */
public final class NameTakenException extends IOException {
    private static final long serialVersionUID = 1L;

    private final long pid;
    private final boolean inCharge;

    NameTakenException(String message, long pid, boolean inCharge) {
        super(message);
        this.pid = pid;
        this.inCharge = inCharge;
    }

    /** As the file says; -1 if it does not. */
    public long pid() {
        return pid;
    }

    /** Whether that process lives and can be called; else the lock is perhaps held for a moment only. */
    public boolean isInCharge() {
        return inCharge;
    }
}
