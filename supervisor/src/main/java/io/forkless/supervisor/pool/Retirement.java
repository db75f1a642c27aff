package io.forkless.supervisor.pool;

/** How a worker that is not needed any more goes: it drains, and its place is removed. */
final class Retirement {
    private final Settings settings;
    private final WorkerSlots slots;
    private final Runnable whenRemoved;

    /** @param whenRemoved is called after each place that is removed */
    Retirement(Settings settings, WorkerSlots slots, Runnable whenRemoved) {
        this.settings = settings;
        this.slots = slots;
        this.whenRemoved = whenRemoved;
    }

    void retire(WorkerSlot slot) {
        slot.retire();
        if (!slot.hasProcess()) {
            remove(slot);
        } else if (slot.isInService()) {
            slot.drain(settings.drainTimeout());
        }
    }

    /** Of a slot whose process has exited, or that has none. */
    void remove(WorkerSlot slot) {
        slot.end(slot.lastExit());
        slots.remove(slot);
        whenRemoved.run();
    }
}
