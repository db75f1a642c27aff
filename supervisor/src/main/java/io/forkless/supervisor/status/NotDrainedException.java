package io.forkless.supervisor.status;

/**
 * A restart is complete, but at least one of the workers that it replaced was killed or ended with an error in place of a
 * drain: connections may have been lost. The message names them.
 */
public final class NotDrainedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    public NotDrainedException(String message) {
        super(message);
    }
}
