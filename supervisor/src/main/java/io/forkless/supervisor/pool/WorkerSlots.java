package io.forkless.supervisor.pool;

import io.forkless.supervisor.status.WorkerState;
import io.forkless.supervisor.status.WorkerStatus;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/** The places of all workers, and what is asked about them. */
final class WorkerSlots {
    private final List<WorkerSlot> slots = new ArrayList<>();
    private final Timers timers;
    private final EventLog events;

    WorkerSlots(Timers timers, EventLog events) {
        this.timers = timers;
        this.events = events;
    }

    /** With the lowest index that no process has. */
    WorkerSlot add() {
        BitSet taken = new BitSet();
        slots.forEach(slot -> taken.set(slot.index()));
        return add(taken.nextClearBit(0));
    }

    /** With an index that no process has. */
    WorkerSlot add(int index) {
        WorkerSlot slot = new WorkerSlot(index, timers, events);
        slots.add(slot);
        return slot;
    }

    void remove(WorkerSlot slot) {
        slots.remove(slot);
    }

    /** A copy: what is done with them may add or remove some. */
    List<WorkerSlot> select(Predicate<WorkerSlot> predicate) {
        return new ArrayList<>(slots.stream().filter(predicate).toList());
    }

    List<WorkerSlot> all() {
        return select(slot -> true);
    }

    boolean any(Predicate<WorkerSlot> predicate) {
        return slots.stream().anyMatch(predicate);
    }

    boolean allAre(WorkerState state) {
        return slots.stream().allMatch(slot -> slot.is(state));
    }

    /** The one whose process that is; {@code null} if it is nobody's any more. */
    WorkerSlot of(WorkerProcess process) {
        return slots.stream().filter(slot -> slot.runs(process)).findFirst().orElse(null);
    }

    /** Those that make up the number of workers. */
    List<WorkerSlot> permanent() {
        return select(slot -> !slot.isRetiring() && !slot.isReplacement());
    }

    boolean isBeingReplaced(WorkerSlot slot) {
        return any(other -> other.replaces(slot));
    }

    /** How many are there in addition to the number of workers, and have not taken over yet. */
    int replacements() {
        return select(WorkerSlot::isReplacement).size();
    }

    /** How many were told to go. */
    int retiring() {
        return select(WorkerSlot::isRetiring).size();
    }

    List<WorkerStatus> status() {
        return slots.stream()
                .sorted(Comparator.comparingInt(WorkerSlot::index))
                .map(WorkerSlot::status)
                .toList();
    }
}
