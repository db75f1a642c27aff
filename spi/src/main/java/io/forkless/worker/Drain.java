package io.forkless.worker;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/** Runs the drain handlers once and then ends the process, in any case before the drain time-out is over. */
final class Drain {
    private static final System.Logger LOG = System.getLogger(Worker.class.getName());

    private final Duration timeout;
    private final Runnable afterwards;
    private final IntConsumer exit;
    private final IntConsumer halt;
    private final List<DrainHandler> handlers = new ArrayList<>();
    private boolean begun;

    /**
     * @param afterwards runs when all handlers have returned in time, before the exit
     * @param exit ends the JVM in an orderly way, as {@link Runtime#exit}
     * @param halt ends the JVM at once, as {@link Runtime#halt}
     */
    Drain(Duration timeout, Runnable afterwards, IntConsumer exit, IntConsumer halt) {
        this.timeout = timeout;
        this.afterwards = afterwards;
        this.exit = exit;
        this.halt = halt;
    }

    synchronized void add(DrainHandler handler) {
        if (begun) {
            throw new IllegalStateException("this worker is draining already");
        }
        handlers.add(handler);
    }

    synchronized boolean hasBegun() {
        return begun;
    }

    /** The second and every later call has no effect. */
    synchronized void begin(String reason) {
        if (begun) {
            return;
        }
        begun = true;
        LOG.log(Level.INFO, "draining: {0}", reason);
        start("forkless-drain-deadline", true, this::haltAtDeadline);
        start("forkless-drain", false, this::run);
    }

    private void run() {
        Duration limit = timeout.multipliedBy(9).dividedBy(10); // the rest is for the application's shutdown hooks
        long deadline = System.nanoTime() + limit.toNanos();
        List<Thread> threads = new ArrayList<>();
        for (DrainHandler handler : handlers) {
            threads.add(start("forkless-drain-" + threads.size(), true, () -> runHandler(handler, limit)));
        }
        boolean drained = true;
        try {
            for (Thread thread : threads) {
                thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
                drained &= !thread.isAlive();
            }
        } catch (InterruptedException e) {
            drained = false;
        }
        if (drained) {
            afterwards.run();
        } else {
            LOG.log(Level.WARNING, "not drained within {0} ms: open connections are lost", limit.toMillis());
        }
        exit.accept(drained ? 0 : 1);
    }

    private void haltAtDeadline() {
        try {
            Thread.sleep(timeout.toMillis());
            halt.accept(1);
        } catch (InterruptedException e) {
            // nobody interrupts this thread but a test that has seen enough
        }
    }

    private static void runHandler(DrainHandler handler, Duration limit) {
        try {
            handler.drain(limit);
        } catch (Exception e) {
            LOG.log(Level.WARNING, "drain handler failed: open connections may be lost", e);
        }
    }

    private static Thread start(String name, boolean daemon, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(daemon);
        thread.start();
        return thread;
    }
}
