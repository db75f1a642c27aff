package io.forkless.worker;

import java.time.Duration;

/**
 * How long a connection may be idle while its server drains, before the server closes it.
 *
 * @param duration not negative
 */
public record IdleGrace(Duration duration) {
    /** Two seconds, unless somebody sets another one. */
    public static final IdleGrace DEFAULT = new IdleGrace(Duration.ofSeconds(2));

    /** How long a peer may take to answer the orderly end of an idle connection. */
    private static final Duration GOODBYE = Duration.ofMillis(500);

    /**
     * @throws IllegalArgumentException if the duration is negative
     */
    public IdleGrace {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("drainIdleGrace " + duration + " is negative");
        }
    }

    /** Whether a connection that has been idle for so long is to be closed in an orderly way. */
    public boolean isOver(Duration idle) {
        return idle.compareTo(duration) >= 0;
    }

    /** Whether its peer had time enough to answer that as well, so that the connection can be cut. */
    public boolean isOverdue(Duration idle) {
        return isOver(idle.minus(GOODBYE));
    }
}
