package io.forkless.supervisor.pool;

import java.time.Duration;

/**
 * When a worker that serves well is replaced all the same. Every limit is off if it is zero.
 *
 * @param maxAge since the process was started
 * @param maxConnections accepted since then
 * @param maxRss resident memory, in bytes
 */
public record Recycling(Duration maxAge, long maxConnections, long maxRss) {
    public static final Recycling NEVER = new Recycling(Duration.ZERO, 0, 0);

    public Recycling {
        if (maxAge.isNegative() || maxConnections < 0 || maxRss < 0) {
            throw new IllegalArgumentException("recycling: a limit is negative");
        }
        if (!maxAge.isZero()) {
            Settings.requireSensible("recycling: age", maxAge);
        }
    }

    /**
     * Says why a worker is due.
     *
     * @param factor varies the limits from worker to worker, so that workers which were started together do not go
     *     together
     * @param rss in bytes, or -1 if it is not known
     * @return {@code null} if it is not
     */
    String due(double factor, Duration age, long accepted, long rss) {
        if (!maxAge.isZero() && age.toMillis() >= maxAge.toMillis() * factor) {
            return "it is " + age.toSeconds() + " s old";
        }
        if (maxConnections > 0 && accepted >= maxConnections * factor) {
            return "it has accepted " + accepted + " connections";
        }
        if (maxRss > 0 && rss >= maxRss * factor) {
            return "it has " + (rss >> 20) + " MiB resident";
        }
        return null;
    }
}
