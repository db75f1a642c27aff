package io.forkless.supervisor;

import io.forkless.supervisor.pool.Timers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Holds back what happens to the workers, timers included, while another supervisor is about to take them over: if that fails,
 * all of it is made up for. Belongs to the event loop's thread.
 */
final class Gate implements Timers {
    private final Timers timers;
    private final Queue<Runnable> held = new ArrayDeque<>();
    private boolean closed;

    Gate(Timers timers) {
        this.timers = timers;
    }

    /** Now, or when the gate opens. */
    void run(Runnable action) {
        if (closed) {
            held.add(action);
        } else {
            action.run();
        }
    }

    void close() {
        closed = true;
    }

    void open() {
        closed = false;
        while (!closed && !held.isEmpty()) {
            held.remove().run(); // if it fails, the next call goes on with the others
        }
    }

    @Override
    public long nanoTime() {
        return timers.nanoTime();
    }

    @Override
    public Timer after(Duration delay, Runnable action) {
        Pending pending = new Pending(action);
        pending.timer = timers.after(delay, () -> run(pending));
        return pending;
    }

    /** A timer that can be cancelled also while it is held back. */
    private static final class Pending implements Timer, Runnable {
        private final Runnable action;
        private Timer timer;
        private boolean cancelled;

        Pending(Runnable action) {
            this.action = action;
        }

        @Override
        public void run() {
            if (!cancelled) {
                action.run();
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
            timer.cancel();
        }
    }
}
