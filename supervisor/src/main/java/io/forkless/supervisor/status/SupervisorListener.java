package io.forkless.supervisor.status;

/**
 * Hears what happens to a supervisor and its workers, in the order in which it happens.
 *
 * <p>Each listener is called on a thread of its own, which is not the supervisor's: it may block, throw anything, and call any
 * method of the supervisor. Up to 1024 events wait for a listener that is slow; those beyond are dropped, counted, and reported
 * in the log. At its end the supervisor waits for its listeners, up to 20 s.
 */
@FunctionalInterface
public interface SupervisorListener {
    /** Something has happened, perhaps a while ago. What this throws goes to the log. */
    void onEvent(SupervisorEvent event);
}
