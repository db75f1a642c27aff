package io.forkless.benchmarks.service;

/** A service of several workers, each of which answers with its pid. */
public interface Group extends Service {
    /** Replaces the workers, in the way that is documented for it; returns when that has begun or is over. */
    void restart() throws Exception;

    /** Brings a new version of the program into service, in the way that is documented for it. */
    void deploy() throws Exception;

    /** Called when a worker has died: what nobody watches over is started again from here, as a service manager would. */
    default void workerDied() throws Exception {}
}
