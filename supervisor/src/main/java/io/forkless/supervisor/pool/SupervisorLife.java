package io.forkless.supervisor.pool;

/** The one place that knows where a supervisor stands. Thread-safe. */
public final class SupervisorLife {
    private SupervisorState state = SupervisorState.NEW;

    public synchronized SupervisorState state() {
        return state;
    }

    public boolean is(SupervisorState candidate) {
        return state() == candidate;
    }

    /** Whether no process is started any more. */
    public boolean isStopping() {
        return state().isStopping();
    }

    /** @throws IllegalStateException if that is not possible in this state, which stays as it is */
    public synchronized void make(SupervisorTransition transition) {
        if (!tryToMake(transition)) {
            throw new IllegalStateException("the supervisor is " + state + ": " + transition + " is not possible");
        }
    }

    /** @return whether that is possible in this state; if not, it stays as it is */
    public synchronized boolean tryToMake(SupervisorTransition transition) {
        if (!transition.isPossibleIn(state)) {
            return false;
        }
        state = transition.to();
        return true;
    }
}
