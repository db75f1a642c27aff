package io.forkless.supervisor.pool;

import java.time.Duration;

/** The clock, as the state machine sees it; tests move it by hand. */
public interface Timers {
    /** Monotonic, as {@link System#nanoTime()}. */
    long nanoTime();

    /** Runs the action once, on the loop's thread. */
    Timer after(Duration delay, Runnable action);

    /** A pending action. */
    interface Timer {
        /** No effect once the action has run. */
        void cancel();
    }
}
