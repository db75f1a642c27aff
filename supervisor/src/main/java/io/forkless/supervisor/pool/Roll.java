package io.forkless.supervisor.pool;

import io.forkless.supervisor.output.Attempt;
import io.forkless.supervisor.status.NotDrainedException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** One rolling restart: who takes part in it, how far it is, and who waits for its end. */
final class Roll {
    private final CompletableFuture<Void> result = new CompletableFuture<>();
    private final long startedAt;
    private final Set<WorkerSlot> replacements = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<String> notDrained = new ArrayList<>();
    private int workers;
    private int replaced;

    Roll(long now) {
        startedAt = now;
    }

    CompletableFuture<Void> result() {
        return result;
    }

    /** So many are to be replaced from now on; what has been started until now is old. */
    void beginAnew(int newWorkers) {
        workers = newWorkers;
        replaced = 0;
        replacements.clear();
    }

    /** That one is to retire its predecessor now. One that is to go itself, since the roll began anew, does not count. */
    void replaced(WorkerSlot replacement) {
        if (!replacement.isOutdated()) {
            replaced++;
            replacements.add(replacement);
        }
    }

    /** Whether it is in the place of one that this roll has retired. */
    boolean hasMade(WorkerSlot slot) {
        return replacements.contains(slot);
    }

    /** A worker that was told to go has not drained. */
    void notDrained(WorkerSlot slot) {
        notDrained.add(slot + ": " + slot.lastExit());
    }

    /** @param failure why it ends early, or {@code null} */
    void end(long now, String failure) {
        if (failure != null) {
            fail(new IllegalStateException(
                    "restart aborted: " + failure + "; " + replaced + " of " + workers + " workers were replaced"));
        } else if (!notDrained.isEmpty()) {
            fail(new NotDrainedException("restarted " + workers + " workers, but connections may have been lost: "
                    + String.join(", ", notDrained)));
        } else {
            long millis = (now - startedAt) / 1_000_000;
            Attempt.log(Level.INFO, "restarted " + workers + " workers (in " + millis + " ms)");
            result.complete(null);
        }
    }

    private void fail(IllegalStateException failure) {
        Attempt.log(Level.ERROR, failure.getMessage());
        result.completeExceptionally(failure);
    }
}
