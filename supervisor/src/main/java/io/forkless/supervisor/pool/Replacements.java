package io.forkless.supervisor.pool;

import io.forkless.supervisor.output.Attempt;
import io.forkless.supervisor.status.SupervisorEvent.Type;
import io.forkless.supervisor.status.WorkerState;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Replaces the workers of a {@link WorkerPool} that are outdated, as far as the surge allows: all of them in a restart, single
 * ones for their age or size. The first replacement that fails ends it, and those that were to be replaced go on.
 *
 * <p>As in Kubernetes, the surge is how many replacements may start at a time; workers that drain do not count, or one long
 * stream after the other would hold a restart. But there are never more processes than twice the number of workers and the
 * surge, however often workers are replaced.
 */
final class Replacements {
    /** After a replacement that failed, no worker is replaced for its age or size for that long. */
    private static final Duration RECYCLING_PAUSE = Duration.ofSeconds(60);

    private final Settings settings;
    private final Timers timers;
    private final WorkerSlots slots;
    private final Starts starts;
    private final Retirement retirement;
    private final EventLog events;
    private long recycleNotBefore;

    /** The restart that is under way, or {@code null}. */
    private Roll roll;

    Replacements(
            Settings settings,
            Timers timers,
            WorkerSlots slots,
            Starts starts,
            Retirement retirement,
            EventLog events) {
        this.settings = settings;
        this.timers = timers;
        this.slots = slots;
        this.starts = starts;
        this.retirement = retirement;
        this.events = events;
        this.recycleNotBefore = timers.nanoTime();
    }

    /**
     * Makes every worker outdated.
     *
     * @param surge of this restart
     * @return completes when the last of them has gone; if a restart is under way already, together with that
     */
    CompletableFuture<Void> restart(int workers, int surge) {
        return restart(workers, surge, slots.all(), slot -> "restart");
    }

    /** The same for some of the workers. */
    CompletableFuture<Void> restart(
            int workers, int surge, List<WorkerSlot> which, Function<WorkerSlot, String> reason) {
        if (roll == null) {
            roll = new Roll(timers.nanoTime(), events);
        }
        events.tell(Level.INFO, Type.RESTART_BEGUN, "", "restarting " + workers + " workers, " + surge + " at a time");
        CompletableFuture<Void> result = roll.result();
        roll.beginAnew(workers, surge, which);
        which.forEach(slot -> slot.outdate(reason.apply(slot)));
        goOn();
        return result;
    }

    /** Makes a worker outdated if it is due. */
    void recycle(WorkerSlot slot) {
        if (!slot.isOutdated() && !slot.isRetiring() && timers.nanoTime() - recycleNotBefore >= 0) {
            slot.outdate(slot.due(settings.recycling()));
        }
    }

    /** Starts as many as there may be now, and ends the restart when there is nothing left to replace. */
    void goOn() {
        while (maySurge()) {
            List<WorkerSlot> next =
                    slots.select(s -> s.isOutdated() && !s.isReplacement() && !slots.isBeingReplaced(s));
            if (next.isEmpty()) {
                break;
            }
            replace(next.get(0));
        }
        if (!slots.any(slot -> slot.isOutdated() || slot.isReplacement() || slot.isRetiring() || isAwaited(slot))) {
            endRestart(null);
        }
    }

    /** A worker that has ended during the restart is started anew by itself, which is as good as a replacement if it gets ready. */
    private boolean isAwaited(WorkerSlot slot) {
        return roll != null && roll.hasMade(slot) && !slot.is(WorkerState.READY);
    }

    private boolean maySurge() {
        int surge = roll == null ? settings.maxSurge() : roll.surge();
        int replacements = slots.replacements();
        int most = slots.permanent().size() + surge;
        return replacements < surge && replacements + slots.retiring() < most;
    }

    /** Whether it has replaced a worker in the restart that is under way, or is to replace one for whatever reason. */
    boolean include(WorkerSlot slot) {
        return slot.isReplacement() || roll != null && roll.hasMade(slot);
    }

    /** The replacement can be relied on: its predecessor goes. */
    void retirePredecessorOf(WorkerSlot slot) {
        WorkerSlot predecessor = slot.takeOver();
        if (roll != null) {
            roll.replaced(slot);
        }
        retirement.retire(predecessor);
    }

    /** A worker that was told to go was killed or ended with an error. */
    void notDrained(WorkerSlot slot) {
        if (roll != null) {
            roll.notDrained(slot);
        }
    }

    /** A replacement that has no process any more, or never had one, goes, and with it the others that start. */
    void removeFailed(WorkerSlot slot, String reason) {
        retirement.remove(slot);
        failed(slot, reason);
    }

    /** Those that were to be replaced go on. */
    void failed(WorkerSlot slot, String reason) {
        String failure = "replacement " + slot + " failed: " + reason + slot.whereOutputIs();
        Attempt.log(Level.ERROR, failure + "; nothing else is replaced, the workers there are go on serving");
        recycleNotBefore = timers.nanoTime() + RECYCLING_PAUSE.toNanos();
        callOff(failure);
    }

    /** Nothing more is replaced. */
    void callOff(String reason) {
        slots.all().forEach(WorkerSlot::keep);
        slots.select(WorkerSlot::isReplacement).forEach(retirement::retire);
        endRestart(reason); // last, for whoever hears of it
    }

    private void replace(WorkerSlot old) {
        WorkerSlot slot = slots.add();
        slot.replace(old);
        Attempt.log(Level.INFO, "replacing " + old + ": " + old.outdated());
        if (!starts.tryToLaunch(slot)) {
            removeFailed(slot, slot.lastExit());
        }
    }

    private void endRestart(String failure) {
        Roll ended = roll;
        roll = null;
        if (ended != null) {
            Attempt.run(() -> ended.end(timers.nanoTime(), failure));
        }
    }
}
