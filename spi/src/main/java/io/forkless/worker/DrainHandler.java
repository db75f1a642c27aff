package io.forkless.worker;

import java.time.Duration;

/** Ends the service of one server without losing a request. */
@FunctionalInterface
public interface DrainHandler {
    /**
     * Stops accepting, lets what was accepted finish, and returns when nothing is left. Called once, on a thread of its
     * own, at the same time as the other handlers; when all have returned the worker's JVM exits.
     *
     * @param limit the time after which the process is ended whether or not this call has returned
     * @throws Exception is logged; the connections that are still open are then lost
     */
    void drain(Duration limit) throws Exception;

    /**
     * Loads what only the drain needs, in time: a JVM reads its jars when it needs a class, and until the drain somebody may have
     * written another file over one. Called once, on a thread of its own, when this worker's server has started. Does nothing
     * unless overridden.
     */
    default void prepare() {}
}
