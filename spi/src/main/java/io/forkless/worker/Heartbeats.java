package io.forkless.worker;

import io.forkless.internal.control.ControlMessage.Heartbeat;
import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Tells the supervisor at regular intervals that this JVM runs, and how much it does. It falls silent when threads are in
 * a deadlock, since what they serve will never be answered; the supervisor then takes the worker for hung.
 */
final class Heartbeats implements Runnable {
    /** Looking for a deadlock stops all threads for a moment, so not every beat does. */
    private static final int BEATS_PER_DEADLOCK_CHECK = 5;

    /** Where a beat goes. */
    interface Pulse {
        /** @throws IOException if the supervisor is gone */
        void send(Heartbeat heartbeat) throws IOException;
    }

    private final Pulse pulse;
    private final AcceptPacing connections;
    private final Duration interval;
    private final BooleanSupplier draining;
    private boolean deadlocked;
    private boolean last;

    Heartbeats(Pulse pulse, AcceptPacing connections, Duration interval, BooleanSupplier draining) {
        this.pulse = pulse;
        this.connections = connections;
        this.interval = interval;
        this.draining = draining;
    }

    /** Ends with the link and with nothing else: a worker that recovers must not be taken for hung. */
    @Override
    public void run() {
        boolean linked = true;
        for (long beat = 1; linked; beat++) {
            try {
                Thread.sleep(interval.toMillis());
                beat(beat);
            } catch (IOException e) {
                linked = false; // which the link's reader has noticed as well
            } catch (Throwable e) {
                // No memory for this one, say, or an interrupt meant for others; the next one follows.
            }
        }
    }

    private void beat(long number) throws IOException {
        connections.refresh();
        // Nobody replaces a worker that drains for it. And JDK 25 crashes at its exit if, when it has written an
        // archive
        // of classes, a thread links a lambda, as the first check does.
        if (!draining.getAsBoolean() && (deadlocked || number % BEATS_PER_DEADLOCK_CHECK == 0)) {
            deadlocked = ThreadDump.hasDeadlock();
        }
        if (!deadlocked) {
            beat();
        }
    }

    private synchronized void beat() throws IOException {
        if (!last) {
            pulse.send(heartbeat());
        }
    }

    /** Tells how much this worker does now, and nothing more: what is still open is about to be cut off. */
    synchronized void beatLast() {
        try {
            beat();
        } catch (IOException e) {
            // the supervisor is gone, and nobody counts
        }
        last = true;
    }

    private Heartbeat heartbeat() {
        Runtime runtime = Runtime.getRuntime();
        return new Heartbeat(connections.accepted(), connections.open(), runtime.totalMemory() - runtime.freeMemory());
    }
}
