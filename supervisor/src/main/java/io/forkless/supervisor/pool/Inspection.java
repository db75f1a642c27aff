package io.forkless.supervisor.pool;

import io.forkless.supervisor.status.WorkerState;
import java.time.Duration;

/** Finds the workers that hang, and those that are due to be recycled. */
final class Inspection {
    private final Settings settings;
    private final Timers timers;
    private final WorkerSlots slots;
    private final Replacements replacements;
    private long inspectedAt;

    Inspection(Settings settings, Timers timers, WorkerSlots slots, Replacements replacements) {
        this.settings = settings;
        this.timers = timers;
        this.slots = slots;
        this.replacements = replacements;
        this.inspectedAt = timers.nanoTime();
    }

    void inspect() {
        long now = timers.nanoTime();
        boolean stoodStill = now - inspectedAt > settings.longestInspectionGap().toNanos();
        inspectedAt = now;
        for (WorkerSlot slot : slots.select(s -> s.is(WorkerState.READY))) {
            if (stoodStill) {
                slot.excuse();
            } else if (hangs(slot)) {
                slot.killStuck("no heartbeat for " + settings.hangTimeout().toMillis() + " ms: it hangs");
            } else {
                replacements.recycle(slot);
            }
        }
    }

    private boolean hangs(WorkerSlot slot) {
        Duration limit = settings.hangTimeout();
        return !limit.isZero() && slot.isSilentFor(limit);
    }
}
