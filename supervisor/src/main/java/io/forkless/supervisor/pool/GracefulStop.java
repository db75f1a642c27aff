package io.forkless.supervisor.pool;

import io.forkless.supervisor.output.Attempt;
import io.forkless.supervisor.status.WorkerState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The end that loses no request: the workers empty the queues of the listeners, and then drain. They drain in any case,
 * whatever fails before, and however long it takes.
 */
final class GracefulStop {
    /** How long the queues may take in all; after that the workers drain without their word. */
    static final Duration QUEUES_LIMIT = Duration.ofSeconds(10);

    /** Time for the clients of one worker to be served by another one, where the queue cannot be closed to them. */
    static final Duration BETWEEN_DRAINS = Duration.ofMillis(200);

    private final SupervisorLife life;
    private final Settings settings;
    private final Timers timers;
    private final WorkerSlots slots;
    private final Queues queues;
    private final List<Timers.Timer> pending = new ArrayList<>();

    GracefulStop(SupervisorLife life, Settings settings, Timers timers, WorkerSlots slots, Queues queues) {
        this.life = life;
        this.settings = settings;
        this.timers = timers;
        this.slots = slots;
        this.queues = queues;
    }

    /** No effect if there was no worker, so that the end is here already. */
    void begin() {
        if (!life.is(SupervisorState.QUIESCING)) {
            return;
        }
        pending.add(timers.after(QUEUES_LIMIT, () -> drain(false)));
        boolean anyReady = slots.any(slot -> slot.is(WorkerState.READY));
        Attempt.run(() -> queues.close(anyReady, this::drain));
    }

    /** If it fails, the timer tries again. */
    private void drain(boolean allAtOnce) {
        if (!life.is(SupervisorState.QUIESCING)) {
            return;
        }
        Duration delay = Duration.ZERO;
        for (WorkerSlot slot : slots.select(WorkerSlot::isInService)) {
            if (delay.isZero()) {
                drain(slot);
            } else {
                pending.add(timers.after(delay, () -> drain(slot)));
            }
            delay = delay.plus(allAtOnce ? Duration.ZERO : BETWEEN_DRAINS);
        }
        life.make(SupervisorTransition.DRAIN);
    }

    private void drain(WorkerSlot slot) {
        if (slot.isInService()) {
            slot.drain(settings.drainTimeout());
        }
    }

    /** The workers are gone. */
    void over() {
        pending.forEach(Timers.Timer::cancel);
        pending.clear();
    }
}
