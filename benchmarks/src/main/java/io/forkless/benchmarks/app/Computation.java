package io.forkless.benchmarks.app;

/**
 * About ten milliseconds of a processor: long beside what the server and the client need for a request, and beside what it
 * takes to wake up who waits for a lock. It is counted in steps, for a loop that looks at the clock would be done just as
 * soon on a processor that others use.
 */
final class Computation implements Work {
    private static final int STEPS = 8_000_000;

    /** Somebody might look, so that no step can be left out. */
    private volatile long result = 1;

    @Override
    public void perform() {
        long value = result | 1; // xorshift must not start from 0
        for (int i = 0; i < STEPS; i++) {
            value ^= value << 13;
            value ^= value >>> 7;
            value ^= value << 17;
        }
        result = value;
    }
}
