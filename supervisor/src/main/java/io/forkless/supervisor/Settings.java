package io.forkless.supervisor;

import java.time.Duration;

/**
 * The numbers of the state machine.
 *
 * @param workers how many, at least 1
 * @param bootTimeout from spawn to ready; a worker that takes longer is killed and counts as a failed start
 * @param drainTimeout from the order to drain to the exit; a worker that takes longer is killed
 * @param healthyAfter how long a worker must be ready until its earlier restarts are forgotten
 * @param maxFailedStarts how many starts in a row may fail until a worker is given up, if no other one serves
 * @param lostLinkGrace how long a process may live on after its link has ended
 */
record Settings(
        int workers,
        Duration bootTimeout,
        Duration drainTimeout,
        Duration healthyAfter,
        int maxFailedStarts,
        Duration lostLinkGrace) {
    static final int MAX_WORKERS = 1024;

    Settings {
        if (workers < 1 || workers > MAX_WORKERS) {
            throw new IllegalArgumentException("workers: " + workers + " is not between 1 and " + MAX_WORKERS);
        }
        requirePositive("boot time-out", bootTimeout);
        requirePositive("drain time-out", drainTimeout);
        if (maxFailedStarts < 1) {
            throw new IllegalArgumentException("failed starts: " + maxFailedStarts + " is not positive");
        }
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + ": " + value.toMillis() + " ms is not positive");
        }
    }
}
