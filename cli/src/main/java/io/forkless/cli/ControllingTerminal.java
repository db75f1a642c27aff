package io.forkless.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * The terminal that this process was started on. When it is closed, the kernel takes it away from all processes and then sends
 * HUP to those in its foreground, and a shell to its jobs: so a process that gets HUP has no terminal any more, or the signal
 * is from somebody else. Thread-safe.
 */
final class ControllingTerminal {
    private static final Path DEVICE = Path.of("/dev/tty");
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    /** Within which the end of a terminal brings its HUP, on a machine that is busy. */
    private static final Duration DELAY = Duration.ofSeconds(10);

    private final BooleanSupplier isThere;
    private final LongSupplier nanoTime;
    private boolean gone;
    private long missedAt;

    /** @param isThere whether this process has one */
    ControllingTerminal(BooleanSupplier isThere, LongSupplier nanoTime) {
        this.isThere = isThere;
        this.nanoTime = nanoTime;
        gone = !isThere.getAsBoolean();
        missedAt = nanoTime.getAsLong() - DELAY.toNanos();
    }

    /** That of this process, of whose end it takes note by and by. */
    static ControllingTerminal watched() {
        ControllingTerminal terminal = new ControllingTerminal(ControllingTerminal::isThere, System::nanoTime);
        Thread thread = new Thread(terminal::watch, "forkless-terminal");
        thread.setDaemon(true);
        thread.start();
        return terminal;
    }

    /** Whether it has been closed just now, so that a HUP tells of that; one that comes later is somebody else's. */
    synchronized boolean hasJustGone() {
        look();
        return gone && nanoTime.getAsLong() - missedAt < DELAY.toNanos();
    }

    private synchronized boolean look() {
        if (!gone && !isThere.getAsBoolean()) {
            gone = true;
            missedAt = nanoTime.getAsLong();
        }
        return gone;
    }

    private void watch() {
        try {
            while (!look()) {
                Thread.sleep(INTERVAL.toMillis());
            }
        } catch (InterruptedException e) {
            // nobody has reason to
        }
    }

    private static boolean isThere() {
        return ProcessGroup.own().map(ProcessGroup::hasTerminal).orElseGet(ControllingTerminal::canBeOpened);
    }

    /** ENXIO for those that have none; tty(4). */
    static boolean canBeOpened() {
        try {
            Files.newInputStream(DEVICE).close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
