package io.forkless.worker;

import io.forkless.control.ControlMessage.Heartbeat;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * Tells the supervisor at regular intervals that this JVM runs, and how much it does. It falls silent when threads are in
 * a deadlock, since what they serve will never be answered; the supervisor then takes the worker for hung.
 */
final class Heartbeats implements Runnable {
    /** Looking for a deadlock stops all threads for a moment, so not every beat does. */
    private static final int BEATS_PER_DEADLOCK_CHECK = 5;

    private static final System.Logger LOG = System.getLogger(Worker.class.getName());

    private final SupervisorLink link;
    private final AcceptPacing connections;
    private final Duration interval;

    Heartbeats(SupervisorLink link, AcceptPacing connections, Duration interval) {
        this.link = link;
        this.connections = connections;
        this.interval = interval;
    }

    @Override
    public void run() {
        try {
            boolean deadlocked = false;
            for (long beat = 1; ; beat++) {
                Thread.sleep(interval.toMillis());
                if (deadlocked || beat % BEATS_PER_DEADLOCK_CHECK == 0) {
                    deadlocked = ThreadDump.hasDeadlock();
                }
                if (!deadlocked) {
                    link.sendUninterrupted(heartbeat());
                }
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "the supervisor is gone, which the link's reader has noticed as well", e);
        } catch (InterruptedException e) {
            LOG.log(Level.WARNING, "the heartbeat was interrupted; the supervisor will take this worker for hung");
        }
    }

    private Heartbeat heartbeat() {
        Runtime runtime = Runtime.getRuntime();
        return new Heartbeat(connections.accepted(), connections.open(), runtime.totalMemory() - runtime.freeMemory());
    }
}
