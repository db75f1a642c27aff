package io.forkless.supervisor.pool;

import io.forkless.supervisor.output.Attempt;
import io.forkless.supervisor.status.SupervisorEvent.Type;
import io.forkless.supervisor.status.WorkerState;
import java.lang.System.Logger.Level;
import java.util.Comparator;
import java.util.List;

/** How many workers there are to be: starts those that are missing, and retires those that are too many. */
final class Scaling {
    private final WorkerSlots slots;
    private final Starts starts;
    private final Retirement retirement;
    private final EventLog events;
    private int workers;

    Scaling(int workers, WorkerSlots slots, Starts starts, Retirement retirement, EventLog events) {
        this.workers = workers;
        this.slots = slots;
        this.starts = starts;
        this.retirement = retirement;
        this.events = events;
    }

    int workers() {
        return workers;
    }

    /** Before there are any. */
    void begin(int newWorkers) {
        workers = newWorkers;
        events.scaled(newWorkers);
    }

    void scale(int newWorkers) {
        String message = "scaling from " + workers + " to " + newWorkers + " workers";
        if (newWorkers == workers) {
            Attempt.log(Level.INFO, message);
        } else {
            workers = newWorkers;
            events.scaled(newWorkers);
            events.tell(Level.INFO, Type.SCALED, "", message);
        }
        List<WorkerSlot> permanent = slots.permanent();
        for (int i = permanent.size(); i < newWorkers; i++) {
            starts.launchOrRetry(slots.add());
        }
        // First those that were given up, then those that do not run, those that do not serve yet, the newest places.
        permanent.sort(Comparator.comparing((WorkerSlot slot) -> !slot.is(WorkerState.FAILED))
                .thenComparing(slot -> slot.is(WorkerState.READY))
                .thenComparing(WorkerSlot::hasProcess)
                .thenComparing(slot -> -slot.index()));
        for (WorkerSlot slot : permanent.subList(0, Math.max(0, permanent.size() - newWorkers))) {
            slots.select(other -> other.replaces(slot)).forEach(retirement::retire);
            retirement.retire(slot);
        }
    }
}
