package io.forkless.supervisor.pool;

import io.forkless.supervisor.status.WorkerState;
import java.time.Duration;

/**
 * Where one worker stands, since when, and the one timer that belongs to the state. It changes only as
 * {@link WorkerTransition} allows.
 */
final class WorkerLife {
    private final Timers timers;
    private WorkerState state = WorkerState.NEW;
    private long since;
    private Timers.Timer timer;

    WorkerLife(Timers timers) {
        this.timers = timers;
        this.since = timers.nanoTime();
    }

    WorkerState state() {
        return state;
    }

    boolean is(WorkerState candidate) {
        return state == candidate;
    }

    /** How long it has been in this state. */
    Duration inState() {
        return Duration.ofNanos(timers.nanoTime() - since);
    }

    /** @throws IllegalStateException if that is not possible in this state, which stays as it is */
    void require(WorkerTransition transition) {
        if (!transition.isPossibleIn(state)) {
            throw new IllegalStateException("a worker is " + state + ": " + transition + " is not possible");
        }
    }

    /**
     * Enters the next state, and ends the timer of the one before.
     *
     * @throws IllegalStateException if that is not possible in this state, which stays as it is
     */
    void make(WorkerTransition transition) {
        require(transition);
        cancelTimer();
        state = transition.to();
        since = timers.nanoTime();
    }

    /** Runs the action after the delay, unless the state ends before; in place of what was to be run until now. */
    void after(Duration delay, Runnable action) {
        cancelTimer();
        timer = timers.after(delay, action);
    }

    /** Runs it when the state has lasted that long; at once, so to speak, if it has already. */
    void afterInState(Duration duration, Runnable action) {
        Duration left = duration.minus(inState());
        after(left.isNegative() ? Duration.ZERO : left, action);
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
