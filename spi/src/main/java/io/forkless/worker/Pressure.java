package io.forkless.worker;

import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.LongSupplier;

/**
 * How hard pressed a worker is, as its servers' thread pools tell: {@link #NONE} while there is a free thread for one
 * more client, and the longer there is none the higher, up to {@link #HIGHEST}. So of two workers that look full at the
 * same moment the one whose requests are quick is the less pressed.
 *
 * <p>A client that was just accepted has not reached the pool yet; an acceptor could take many too many in that time. So
 * each claims a thread until a connection ends, and for about {@value #CLAIM_NANOS} ns at most: a client may connect long
 * before it asks for anything. One that is served already counts twice meanwhile, which does no harm: the worker then
 * leaves a client to another one that has threads to spare.
 *
 * <p>Thread-safe.
 */
final class Pressure {
    static final long NONE = 0;

    /** Threads are free, but no more of them than clients have just been accepted. */
    static final long CLAIMED = 1;

    /** No thread has become free for so long, in ns, that it may take much longer. */
    static final long HIGHEST = 1_000_000_000;

    /** Longer claims spread connections less evenly: the benchmark "ports" had 1.4 for 1.1 with five seconds. */
    static final long CLAIM_NANOS = 1_000_000_000;

    private final LongSupplier clock;
    private final Set<LongSupplier> pools = new CopyOnWriteArraySet<>();
    private long period;
    private long claims;
    private long earlierClaims;
    private boolean full;
    private long fullSince;

    Pressure(LongSupplier clock) {
        this.clock = clock;
        this.period = clock.getAsLong();
    }

    /** @param freeThreads how many threads of a pool are free; of several pools the fullest one counts */
    void limitedBy(LongSupplier freeThreads) {
        pools.add(freeThreads);
    }

    /** Whether there is a pool that tells; each adapter names one. */
    boolean isLimited() {
        return !pools.isEmpty();
    }

    /** A client was accepted. */
    synchronized void claim() {
        if (!pools.isEmpty()) {
            forgetOldClaims(clock.getAsLong());
            claims++;
        }
    }

    /** A connection has ended. */
    synchronized void ended() {
        if (earlierClaims > 0) {
            earlierClaims--;
        } else if (claims > 0) {
            claims--;
        }
    }

    synchronized long current() {
        long free = Long.MAX_VALUE;
        for (LongSupplier pool : pools) {
            free = Math.min(free, pool.getAsLong());
        }
        if (free == Long.MAX_VALUE) {
            return NONE;
        }
        long now = clock.getAsLong();
        if (free > 0) {
            full = false;
            forgetOldClaims(now);
            return free > claims + earlierClaims ? NONE : CLAIMED;
        }
        if (!full) {
            full = true;
            fullSince = now;
        }
        return Math.min(CLAIMED + 1 + now - fullSince, HIGHEST);
    }

    /** Counts in two periods, so that a claim lasts for one at least and for two at most. */
    private void forgetOldClaims(long now) {
        long age = now - period;
        if (age >= CLAIM_NANOS) {
            earlierClaims = age < 2 * CLAIM_NANOS ? claims : 0;
            claims = 0;
            period = now;
        }
    }
}
