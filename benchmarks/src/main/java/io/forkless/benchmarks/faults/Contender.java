package io.forkless.benchmarks.faults;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.service.Group;
import io.forkless.testing.load.Connections;
import java.util.Set;

/**
 * Who takes part when faults are measured.
 *
 * @param version null if it is not installed
 * @param connections what becomes of a client's connection
 * @param faults those that there is a way for
 * @param how how it was restarted, and what else has to be known about its row
 */
record Contender(String name, String version, Connections connections, Set<Fault> faults, String how, Starter starter) {
    /** What becomes of a client's connection after a response. */
    enum Connections {
        /** It stays with its worker. */
        KEPT,
        /** It is closed. */
        CLOSED,
        /** It stays with the proxy, which takes any worker for the next request. */
        PROXIED
    }

    /** Starts it. */
    @FunctionalInterface
    interface Starter {
        Group start(Bench bench, int workers) throws Exception;
    }
}
