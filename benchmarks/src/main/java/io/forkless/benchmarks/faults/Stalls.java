package io.forkless.benchmarks.faults;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * How long this program, which runs the clients, stood still itself: a gap that is no longer than that says nothing about a
 * server. A thread that wants to wake up each millisecond tells by how much it is late.
 */
final class Stalls implements AutoCloseable {
    private static final long INTERVAL_NANOS = 1_000_000;

    private final Thread thread = new Thread(this::watch, "stalls");
    private final long collectedBefore = collected();
    private volatile boolean stopped;
    private volatile long longest;

    Stalls() {
        thread.setDaemon(true);
        thread.start();
    }

    Duration longest() {
        return Duration.ofNanos(longest);
    }

    /** Garbage collection since this was made. */
    Duration collections() {
        return Duration.ofMillis(collected() - collectedBefore);
    }

    @Override
    public void close() {
        stopped = true;
    }

    private void watch() {
        long before = System.nanoTime();
        while (!stopped) {
            LockSupport.parkNanos(INTERVAL_NANOS);
            long now = System.nanoTime();
            longest = Math.max(longest, now - before - INTERVAL_NANOS);
            before = now;
        }
    }

    private static long collected() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                .sum();
    }
}
