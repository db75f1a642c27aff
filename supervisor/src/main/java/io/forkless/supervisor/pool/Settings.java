package io.forkless.supervisor.pool;

import java.time.Duration;

/**
 * The numbers of the state machine.
 *
 * @param workers how many, at least 1
 * @param bootTimeout from spawn to ready; a worker that takes longer is killed and counts as a failed start
 * @param readyHold how long a replacement must be ready until the worker that it replaces goes; may be zero
 * @param drainTimeout from the order to drain to the exit; a worker that takes longer is killed
 * @param hangTimeout how long a worker may be silent until it is killed; zero: for ever
 * @param healthyAfter how long a worker must be ready until its earlier restarts are forgotten
 * @param maxFailedStarts how many starts in a row may fail until a worker is given up, if no other one serves
 * @param lostLinkGrace how long a process may live on after its link has ended
 * @param maxSurge how many replacements may start at a time, in addition to the workers and to those that drain
 */
public record Settings(
        int workers,
        Duration bootTimeout,
        Duration readyHold,
        Duration drainTimeout,
        Duration hangTimeout,
        Duration healthyAfter,
        int maxFailedStarts,
        Duration lostLinkGrace,
        int maxSurge,
        Recycling recycling) {
    public static final int MAX_WORKERS = 1024;

    /** A worker that ends sooner after it was ready has not really started. */
    private static final Duration PROVEN_AFTER = Duration.ofSeconds(10);

    /** How often a worker reports, at most. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(1);

    /** How often the workers are inspected; a shorter hang time-out would find nothing sooner. */
    public static final Duration INSPECTION_INTERVAL = Duration.ofSeconds(1);

    private static final Duration LONGEST_INSPECTION_GAP = Duration.ofSeconds(5);

    /** Far below what the clock's nanoseconds can count. */
    private static final int MAX_TIMEOUT_DAYS = 365;

    private static final Duration MOST_MILLIS = Duration.ofMillis(Long.MAX_VALUE);

    public Settings {
        requireWorkers(workers);
        requireSensible("boot time-out", bootTimeout);
        if (!readyHold.isZero()) {
            requireSensible("ready hold", readyHold);
        }
        requireSensible("drain time-out", drainTimeout);
        if (!hangTimeout.isZero()) {
            requireSensible("hang time-out", hangTimeout);
            if (hangTimeout.compareTo(INSPECTION_INTERVAL) < 0) {
                throw new IllegalArgumentException("hang time-out: " + hangTimeout.toMillis() + " ms is less than "
                        + INSPECTION_INTERVAL.toMillis() + " ms; 0 turns it off");
            }
        }
        if (maxFailedStarts < 1) {
            throw new IllegalArgumentException("failed starts: " + maxFailedStarts + " is not positive");
        }
        requireSurge(maxSurge);
    }

    /** How long a worker must be ready until its start has succeeded. */
    Duration provenAfter() {
        return readyHold.compareTo(PROVEN_AFTER) > 0 ? readyHold : PROVEN_AFTER;
    }

    /** Several in a hang time-out, so that one that is late does no harm. */
    public Duration heartbeatInterval() {
        Duration often = hangTimeout.dividedBy(5);
        return hangTimeout.isZero() || often.compareTo(HEARTBEAT) > 0 ? HEARTBEAT : often;
    }

    /** Longer between two inspections means that it was the supervisor that stood still. */
    Duration longestInspectionGap() {
        Duration tolerable = INSPECTION_INTERVAL.plus(hangTimeout.dividedBy(2));
        return hangTimeout.isZero() || tolerable.compareTo(LONGEST_INSPECTION_GAP) > 0
                ? LONGEST_INSPECTION_GAP
                : tolerable;
    }

    public static int requireWorkers(int workers) {
        if (workers < 1 || workers > MAX_WORKERS) {
            throw new IllegalArgumentException("workers: " + workers + " is not between 1 and " + MAX_WORKERS);
        }
        return workers;
    }

    public static int requireSurge(int surge) {
        if (surge < 1 || surge > MAX_WORKERS) {
            throw new IllegalArgumentException("surge: " + surge + " is not between 1 and " + MAX_WORKERS);
        }
        return surge;
    }

    /** @throws IllegalArgumentException if it is shorter than 1 ms or longer than a year */
    public static Duration requireSensible(String name, Duration value) {
        if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(Duration.ofDays(MAX_TIMEOUT_DAYS)) > 0) {
            boolean countable = value.compareTo(MOST_MILLIS) <= 0 && value.compareTo(MOST_MILLIS.negated()) >= 0;
            throw new IllegalArgumentException(
                    name + ": " + (countable ? value.toMillis() + " ms" : value.toDays() + " days")
                            + " is not between 1 ms and " + MAX_TIMEOUT_DAYS + " days");
        }
        return value;
    }
}
