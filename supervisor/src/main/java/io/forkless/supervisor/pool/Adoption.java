package io.forkless.supervisor.pool;

import io.forkless.supervisor.status.WorkerState;
import java.util.Comparator;
import java.util.List;

/** Gives slots to the workers that an earlier supervisor has left. */
final class Adoption {
    private final Settings settings;
    private final WorkerSlots slots;
    private final Starts starts;
    private final Retirement retirement;

    Adoption(Settings settings, WorkerSlots slots, Starts starts, Retirement retirement) {
        this.settings = settings;
        this.slots = slots;
        this.starts = starts;
        this.retirement = retirement;
    }

    /** If there are more than that number, those that do not serve go first, then the oldest, which may have been about to go. */
    void adopt(List<Orphan> orphans, int workers) {
        List<Orphan> more =
                orphans.stream().filter(orphan -> !adoptedAtItsIndex(orphan)).toList();
        more.forEach(orphan -> retirement.retire(adopted(slots.add(), orphan)));
        List<WorkerSlot> permanent = slots.permanent();
        permanent.sort(Comparator.comparing((WorkerSlot slot) -> slot.is(WorkerState.READY))
                .thenComparing(WorkerSlot::age, Comparator.reverseOrder()));
        permanent.subList(0, Math.max(0, permanent.size() - workers)).forEach(retirement::retire);
    }

    /** @return false if another worker has its index */
    private boolean adoptedAtItsIndex(Orphan orphan) {
        if (slots.any(slot -> slot.index() == orphan.index())) {
            return false;
        }
        WorkerSlot slot = adopted(slots.add(orphan.index()), orphan);
        if (orphan.condition() == Orphan.Condition.DRAINING) {
            retirement.retire(slot);
        } else if (orphan.condition() == Orphan.Condition.UNREADY) {
            slot.becomeUnready(settings.bootTimeout());
        } else {
            starts.awaitProof(slot);
        }
        return true;
    }

    private WorkerSlot adopted(WorkerSlot slot, Orphan orphan) {
        starts.adopt(slot, orphan);
        return slot;
    }
}
