package io.forkless.supervisor.pool;

import io.forkless.supervisor.status.NotDrainedException;
import io.forkless.supervisor.status.SupervisorEvent.Type;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** One rolling restart: who takes part in it, how far it is, and who waits for its end. */
final class Roll {
    private final CompletableFuture<Void> result = new CompletableFuture<>();
    private final EventLog events;
    private final long startedAt;
    private final Set<WorkerSlot> old = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<WorkerSlot> replacements = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Losses losses = new Losses();
    private int workers;
    private int surge;
    private int replaced;

    Roll(long now, EventLog events) {
        this.startedAt = now;
        this.events = events;
    }

    CompletableFuture<Void> result() {
        return result;
    }

    /** So many are to be replaced from now on; what has been started until now, in these slots, is old. */
    void beginAnew(int newWorkers, int newSurge, Collection<WorkerSlot> slots) {
        workers = newWorkers;
        surge = newSurge;
        replaced = 0;
        old.clear();
        old.addAll(slots);
        replacements.clear();
    }

    /** How many replacements may start at a time. */
    int surge() {
        return surge;
    }

    /** That one is to retire its predecessor now. One that is to go itself, since the roll began anew, does not count. */
    void replaced(WorkerSlot replacement) {
        if (!replacement.isOutdated()) {
            replaced++;
            replacements.add(replacement);
        }
    }

    /** Whether it is in the place of one that this roll has retired, or of one that has ended by itself meanwhile. */
    boolean hasMade(WorkerSlot slot) {
        return replacements.contains(slot) || old.contains(slot) && !slot.isOutdated() && !slot.isRetiring();
    }

    /** A worker that was told to go has not drained. */
    void notDrained(WorkerSlot slot) {
        losses.add(slot);
    }

    /** @param failure why it ends early, or {@code null} */
    void end(long now, String failure) {
        if (failure != null) {
            String message =
                    "restart aborted: " + failure + "; " + replaced + " of " + workers + " workers were replaced";
            events.tell(Level.ERROR, Type.RESTART_FAILED, failure, message);
            result.completeExceptionally(new IllegalStateException(message));
        } else if (!losses.isEmpty()) {
            String message = "restarted " + workers + " workers, but connections may have been lost: " + losses;
            events.tell(Level.ERROR, Type.RESTARTED, losses.toString(), message);
            result.completeExceptionally(new NotDrainedException(message));
        } else {
            long millis = (now - startedAt) / 1_000_000;
            events.tell(Level.INFO, Type.RESTARTED, "", "restarted " + workers + " workers (in " + millis + " ms)");
            result.complete(null);
        }
    }
}
