package io.forkless.supervisor.pool;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The delays between restarts: exponential from {@code first} to {@code most}, each varied by a fifth at random so that
 * workers which died together do not come back together.
 */
public record Backoff(Duration first, Duration most, RandomGenerator random) {
    private static final double JITTER = 0.2;

    /** @param attempt 0 for the first restart of a row */
    Duration delay(int attempt) {
        double nanos = Math.min(most.toNanos(), first.toNanos() * Math.pow(2, Math.min(attempt, 62)));
        return Duration.ofNanos((long) (nanos * (1 - JITTER + 2 * JITTER * random.nextDouble())));
    }
}
