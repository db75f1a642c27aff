package io.forkless.supervisor.pool;

import io.forkless.supervisor.output.Attempt;
import io.forkless.supervisor.pool.WorkerPool.Launcher;
import io.forkless.supervisor.status.WorkerState;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;

/** Starts the processes of a {@link WorkerPool}: at once, again after a delay, or never again after too many failures. */
final class Starts {
    /** By how much the limits of recycling vary, up and down. */
    private static final double RECYCLING_JITTER = 0.1;

    private final Settings settings;
    private final Backoff backoff;
    private final WorkerSlots slots;
    private final Launcher launcher;
    private final Runnable whenGivenUp;
    private String whyGivenUp = "";

    /** @param whenGivenUp is called after each slot that is given up */
    Starts(Settings settings, Backoff backoff, WorkerSlots slots, Launcher launcher, Runnable whenGivenUp) {
        this.settings = settings;
        this.backoff = backoff;
        this.slots = slots;
        this.launcher = launcher;
        this.whenGivenUp = whenGivenUp;
    }

    /** Throws whatever the launcher throws; the slot is then as it was. */
    void launch(WorkerSlot slot) throws IOException {
        WorkerProcess process = launcher.launch(slot.index());
        slot.launched(process, recyclingFactor(), settings.bootTimeout());
    }

    /** Instead of a launch. */
    void adopt(WorkerSlot slot, Orphan orphan) {
        slot.adopted(orphan.process(), recyclingFactor(), orphan.age());
    }

    private double recyclingFactor() {
        return 1 - RECYCLING_JITTER + 2 * RECYCLING_JITTER * backoff.random().nextDouble();
    }

    /** @return whether it was started; if not, the slot knows why */
    boolean tryToLaunch(WorkerSlot slot) {
        try {
            launch(slot);
            return true;
        } catch (Throwable e) {
            slot.launchFailed(describe(e));
            return false;
        }
    }

    void launchOrRetry(WorkerSlot slot) {
        if (!tryToLaunch(slot)) {
            retry(slot);
        }
    }

    /** Its process has exited, and was to stay. */
    void startAgain(WorkerSlot slot) {
        if (slot.wasRefused()) {
            slot.starts().futile(settings.maxFailedStarts());
        }
        if (!slot.isReadyFor(settings.provenAfter())) {
            slot.starts().failed();
        }
        retry(slot);
    }

    /** It is ready, and in time its start has succeeded. */
    void awaitProof(WorkerSlot slot) {
        slot.afterInState(settings.provenAfter(), () -> proven(slot));
    }

    /** Why the latest slot was given up, or empty. */
    String whyGivenUp() {
        return whyGivenUp;
    }

    private void proven(WorkerSlot slot) {
        slot.starts().succeeded();
        slot.afterInState(settings.healthyAfter(), slot.starts()::healthy);
        // One that serves proves that starting is possible: those that were given up get another chance.
        slots.select(s -> s.is(WorkerState.FAILED)).forEach(this::retryLater);
    }

    private void retry(WorkerSlot slot) {
        boolean startingIsPossible = slots.any(s -> s.isReadyFor(settings.provenAfter()));
        if (slot.starts().failedInARow() >= settings.maxFailedStarts() && !startingIsPossible) {
            String reason = slot.wasRefused()
                    ? slot.lastExit()
                    : slot.lastExit() + "; " + slot.starts().failedInARow() + " failed starts in a row";
            slot.giveUp(reason);
            whyGivenUp = "worker " + slot.index() + ": " + reason;
            whenGivenUp.run();
        } else {
            retryLater(slot);
        }
    }

    private void retryLater(WorkerSlot slot) {
        Duration delay = backoff.delay(slot.starts().nextAttempt());
        slot.retryAfter(delay, () -> launchOrRetry(slot));
    }

    /** For the operator. The stack trace of what nobody expects goes to the log. */
    private static String describe(Throwable failure) {
        if (failure instanceof IOException) {
            return String.valueOf(failure.getMessage());
        }
        Attempt.log(Level.ERROR, "cannot start a worker", failure);
        return "cannot start a worker: " + failure;
    }
}
