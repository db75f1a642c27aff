package io.forkless.supervisor.pool;

import io.forkless.supervisor.output.Attempt;
import io.forkless.supervisor.status.WorkerState;
import java.lang.System.Logger.Level;
import java.util.Comparator;
import java.util.List;

/** How many workers there are to be: starts those that are missing, and retires those that are too many. */
final class Scaling {
    private final WorkerSlots slots;
    private final Starts starts;
    private final Retirement retirement;
    private int workers;

    Scaling(int workers, WorkerSlots slots, Starts starts, Retirement retirement) {
        this.workers = workers;
        this.slots = slots;
        this.starts = starts;
        this.retirement = retirement;
    }

    int workers() {
        return workers;
    }

    void scale(int newWorkers) {
        Attempt.log(Level.INFO, "scaling from " + workers + " to " + newWorkers + " workers");
        workers = newWorkers;
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
