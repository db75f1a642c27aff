package io.forkless.supervisor.pool;

import io.forkless.supervisor.output.Attempt;
import io.forkless.supervisor.status.SupervisorEvent;
import io.forkless.supervisor.status.SupervisorEvent.Type;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;

/** Tells what happens to the log and to whoever listens in one step, so that they never differ. */
final class EventLog {
    private final Consumer<SupervisorEvent> listener;
    private int workers;
    private boolean over;

    /** @param workers how many there are to be */
    EventLog(int workers, Consumer<SupervisorEvent> listener) {
        this.workers = workers;
        this.listener = listener;
    }

    void scaled(int newWorkers) {
        workers = newWorkers;
    }

    /** Something has happened to the supervisor. */
    void tell(Level level, Type type, String reason, String message) {
        tell(level, type, SupervisorEvent.NONE, SupervisorEvent.NONE, reason, message);
    }

    /** Something has happened to a worker. */
    void tell(Level level, Type type, int worker, long pid, String reason, String message) {
        SupervisorEvent event = new SupervisorEvent(type, worker, pid, reason, workers, message);
        Attempt.log(level, event);
        if (!over) { // a process may exit after a start that has failed
            over = type == Type.STOPPED;
            Attempt.run(() -> listener.accept(event));
        }
    }
}
