package io.forkless.supervisor.output;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What all lines that are longer than usual may take together while they have not ended, so that a supervisor with a small
 * heap and many workers survives what they print. Thread-safe.
 */
final class LongLineMemory {
    private static final long MEBIBYTE = 1L << 20;

    /** Of all workers of this JVM: an eighth of the heap, from 2 to 64 MiB. */
    static final LongLineMemory SHARED = new LongLineMemory(
            Math.max(2 * MEBIBYTE, Math.min(64 * MEBIBYTE, Runtime.getRuntime().maxMemory() / 8)));

    private final AtomicLong left;

    LongLineMemory(long bytes) {
        left = new AtomicLong(bytes);
    }

    /** @return false if there is not so much left, and then nothing is taken */
    boolean take(int bytes) {
        if (left.addAndGet(-bytes) >= 0) {
            return true;
        }
        giveBack(bytes);
        return false;
    }

    void giveBack(int bytes) {
        left.addAndGet(bytes);
    }
}
