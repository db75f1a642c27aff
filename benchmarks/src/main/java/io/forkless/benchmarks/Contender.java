package io.forkless.benchmarks;

import java.util.Set;

/**
 * Who takes part when faults are measured.
 *
 * @param version null if it is not installed
 * @param keepAlive whether it answers several requests over a connection
 * @param faults those that there is a way for
 * @param how how it was restarted, and what else has to be known about its row
 */
record Contender(String name, String version, boolean keepAlive, Set<Fault> faults, String how, Starter starter) {
    /** Starts it. */
    @FunctionalInterface
    interface Starter {
        Group start(Bench bench, int workers) throws Exception;
    }
}
