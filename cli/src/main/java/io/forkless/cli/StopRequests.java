package io.forkless.cli;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The first request drains, the second one kills. Two that come at once are one: timeout(1), and others that start a program,
 * send what they get to it and then to its process group. Thread-safe.
 */
final class StopRequests implements Runnable {
    private static final Duration AT_ONCE = Duration.ofMillis(50);

    private final Runnable stop;
    private final Runnable kill;
    private final LongSupplier nanoTime;
    private boolean asked;
    private long askedAt;

    StopRequests(Runnable stop, Runnable kill, LongSupplier nanoTime) {
        this.stop = stop;
        this.kill = kill;
        this.nanoTime = nanoTime;
    }

    @Override
    public synchronized void run() {
        long now = nanoTime.getAsLong();
        if (!asked) {
            asked = true;
            askedAt = now;
            stop.run();
        } else if (now - askedAt > AT_ONCE.toNanos()) {
            kill.run();
        }
    }
}
