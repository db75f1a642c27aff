package io.forkless.supervisor.pool;

import io.forkless.internal.control.ControlMessage.Heartbeat;
import io.forkless.supervisor.output.Attempt;
import io.forkless.supervisor.status.Outcome;
import io.forkless.supervisor.status.WorkerState;
import io.forkless.supervisor.status.WorkerStatus;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The state machine of all workers. One thread calls it; clock, timers and processes are passed in, so that tests walk
 * through every transition without waiting and without a process.
 *
 * <p>Three things can happen to a {@link WorkerSlot}: its process dies and is started again in the same place; it is
 * <em>replaced</em>, by a slot of its own that retires it once it is ready; or it is <em>retired</em>, which drains it
 * and removes it. A restart replaces all, recycling replaces one, scaling adds or retires, and a stop retires all.
 *
 * <p>Every transition is all or nothing: a launch may fail with any throwable, which makes it a failed start, and every
 * other call of what is not the fleet's own is an {@link Attempt}.
 */
public final class WorkerPool implements Replacements.Actions {
    /** Starts processes; their exits are to be reported with {@link WorkerPool#exited}. */
    public interface Launcher {
        /** Leaves nothing behind if it throws, whatever that is. */
        WorkerProcess launch(int index) throws IOException;
    }

    /** By how much the limits of recycling vary, up and down. */
    private static final double RECYCLING_JITTER = 0.1;

    /** What its owner could not be told is told again after that. */
    private static final Duration TELL_AGAIN = Duration.ofSeconds(1);

    private final Settings settings;
    private final Backoff backoff;
    private final Timers timers;
    private final Launcher launcher;
    private final Runnable whenAllReady;
    private final Consumer<Outcome> whenDone;
    private final WorkerSlots slots;
    private final Replacements replacements;
    private final long startedAt;
    private int workers;
    private long inspectedAt;

    private boolean everAllReady;
    private boolean stopping;

    /** Workers that may have had connections and were killed, or ended with an error, during the stop. */
    private final List<String> notDrained = new ArrayList<>();

    private boolean done;
    private String whyGivenUp = "";

    /** @param whenAllReady is called when all workers are ready for the first time */
    public WorkerPool(
            Settings settings,
            Backoff backoff,
            Timers timers,
            Launcher launcher,
            Runnable whenAllReady,
            Consumer<Outcome> whenDone) {
        this.settings = settings;
        this.backoff = backoff;
        this.timers = timers;
        this.launcher = launcher;
        this.whenAllReady = whenAllReady;
        this.whenDone = whenDone;
        this.slots = new WorkerSlots(timers);
        this.replacements = new Replacements(settings, timers, slots, this);
        this.startedAt = timers.nanoTime();
        this.inspectedAt = startedAt;
        this.workers = settings.workers();
    }

    /** @throws IOException if the first processes cannot be started; those that run are killed */
    public void start() throws IOException {
        for (int i = 0; i < workers; i++) {
            slots.add();
        }
        try {
            for (WorkerSlot slot : slots.all()) {
                launch(slot);
            }
        } catch (Throwable e) {
            stopping = true;
            done = true;
            killAll();
            throw e;
        }
    }

    public void ready(WorkerProcess process) {
        WorkerSlot slot = slots.of(process);
        if (slot == null || !slot.is(WorkerState.STARTING) || slot.wasKilled()) {
            return; // one that is dying must not make another one go
        }
        slot.enter(WorkerState.READY, "after " + slot.inState().toMillis() + " ms");
        if (slot.replaces == null || settings.readyHold().isZero()) {
            held(slot);
        } else {
            slot.afterInState(settings.readyHold(), () -> held(slot));
            checkAllReady();
        }
    }

    /** It is ready, and if it is a replacement, for as long as it takes to rely on it. */
    private void held(WorkerSlot slot) {
        slot.afterInState(settings.provenAfter(), () -> proven(slot));
        if (slot.replaces != null) {
            replacements.retirePredecessorOf(slot);
        }
        checkAllReady();
        replacements.goOn();
    }

    private void proven(WorkerSlot slot) {
        slot.failedStarts = 0;
        slot.afterInState(settings.healthyAfter(), () -> slot.attempts = 0);
        // One that serves proves that starting is possible: those that were given up get another chance.
        slots.select(s -> s.is(WorkerState.FAILED)).forEach(this::retry);
    }

    /** The worker does not serve any more; it may get ready again. */
    public void unready(WorkerProcess process) {
        WorkerSlot slot = slots.of(process);
        if (slot == null || !slot.is(WorkerState.READY) || slot.wasKilled()) {
            return;
        }
        String when = sinceReady(slot);
        slot.awaitReady("not ready any more", settings.bootTimeout());
        if (replacements.include(slot)) {
            replacements.failed(slot, "it turned unready" + when);
        }
        replacements.goOn();
    }

    public void heartbeat(WorkerProcess process, Heartbeat heartbeat) {
        WorkerSlot slot = slots.of(process);
        if (slot != null) {
            slot.heard(heartbeat);
        }
    }

    /** The process will not get what it has asked for, however often it is started. It may do without. */
    public void refused(WorkerProcess process, String reason) {
        WorkerSlot slot = slots.of(process);
        if (slot != null) {
            slot.refusal = reason;
        }
    }

    /** The process has finished all that it had accepted, and is about to exit. */
    public void drained(WorkerProcess process) {
        WorkerSlot slot = slots.of(process);
        if (slot != null) {
            slot.drained = true;
        }
    }

    /** The link of a process that has not exited (yet) has ended. */
    public void linkLost(WorkerProcess process) {
        WorkerSlot slot = slots.of(process);
        if (slot != null && !slot.is(WorkerState.DRAINING) && !slot.wasKilled()) {
            slot.setTimer(
                    settings.lostLinkGrace(), () -> slot.kill("it closed its link to the supervisor and did not exit"));
        }
    }

    public void exited(WorkerProcess process, int status) {
        WorkerSlot slot = slots.of(process);
        if (slot == null) {
            return;
        }
        boolean early = !slot.is(WorkerState.READY) || !slot.hasLasted(settings.provenAfter());
        // One that was never ready has had no connection, and one that has drained has none any more.
        boolean lossy = slot.wasReady() && !slot.drained && status != 0;
        String when = slot.is(WorkerState.READY) ? sinceReady(slot) : "";
        slot.exited(status);
        if (!slot.wasReady()) {
            explainFailedStart(slot);
        }
        if (stopping) {
            if (lossy) {
                notDrained.add(slot + ": " + slot.lastExit);
            }
            slot.enter(WorkerState.STOPPED, slot.lastExit);
            checkDone();
        } else if (slot.isRetiring()) {
            if (lossy) {
                replacements.notDrained(slot);
            }
            remove(slot);
        } else if (slot.replaces != null) {
            replacements.removeFailed(slot, slot.lastExit + when);
        } else {
            slot.failedStarts += early ? 1 : 0;
            retry(slot);
            if (replacements.include(slot)) {
                replacements.failed(slot, slot.lastExit + when);
            }
        }
        replacements.goOn();
    }

    /** A refusal is the reason only now: a worker may ask for one address after the other until it gets one. */
    private void explainFailedStart(WorkerSlot slot) {
        if (slot.refusal != null) {
            slot.lastExit = slot.refusal;
            slot.failedStarts = settings.maxFailedStarts(); // the next one would fare no better
        } else if (!slot.wasKilled()) {
            slot.lastExit += " before it was ready";
        }
    }

    private static String sinceReady(WorkerSlot slot) {
        return String.format(
                Locale.ROOT, ", %.1f s after it was ready", slot.inState().toMillis() / 1000.0);
    }

    /**
     * Replaces every worker by one that is started from now on; a restart that is under way becomes part of it.
     *
     * @return fails, with the reason as its message, if a replacement does not get ready, or ends or turns unready before
     *     the restart is complete: the old workers that are left then go on; and with a {@link io.forkless.supervisor.status.NotDrainedException} if it
     *     is complete and a worker was killed or ended with an error in place of a drain
     */
    public CompletableFuture<Void> restart() {
        if (stopping) {
            return CompletableFuture.failedFuture(new IllegalStateException("the supervisor is stopping"));
        }
        return replacements.restart(workers);
    }

    /** Adds workers, or retires those with the highest indexes. */
    public void scale(int newWorkers) {
        if (stopping) {
            throw new IllegalStateException("the supervisor is stopping");
        }
        Attempt.log(Level.INFO, "scaling from " + workers + " to " + newWorkers + " workers");
        workers = newWorkers;
        List<WorkerSlot> permanent = slots.permanent();
        for (int i = permanent.size(); i < newWorkers; i++) {
            launchOrRetry(slots.add());
        }
        // Those that do not run go first, then those that do not serve yet, then the newest places.
        permanent.sort(Comparator.comparing((WorkerSlot slot) -> slot.is(WorkerState.READY))
                .thenComparing(slot -> slot.process() != null)
                .thenComparing(slot -> -slot.index));
        for (WorkerSlot slot : permanent.subList(0, Math.max(0, permanent.size() - newWorkers))) {
            slots.select(other -> other.replaces == slot).forEach(this::retire);
            retire(slot);
        }
        checkAllReady();
        replacements.goOn();
    }

    /** To be called about once a second: finds the workers that hang, and those that are due to be recycled. */
    public void inspect() {
        boolean stoodStill = timers.nanoTime() - inspectedAt
                > settings.longestInspectionGap().toNanos();
        inspectedAt = timers.nanoTime();
        for (WorkerSlot slot : slots.select(s -> s.is(WorkerState.READY) && !s.wasKilled())) {
            if (stoodStill) {
                slot.excuse();
            } else if (!settings.hangTimeout().isZero() && slot.isSilentFor(settings.hangTimeout())) {
                slot.killStuck("no heartbeat for " + settings.hangTimeout().toMillis() + " ms: it hangs");
            } else {
                replacements.recycle(slot);
            }
        }
        replacements.goOn();
    }

    /** From now on no process is started. Those that run go on serving until {@link #drainAll}. */
    public void stopRestarting() {
        stopping = true;
        for (WorkerSlot slot : slots.all()) {
            slot.retire();
            if (slot.process() == null && !slot.is(WorkerState.STOPPED)) {
                slot.enter(WorkerState.STOPPED, "");
            }
        }
        replacements.callOff("the supervisor was told to stop");
        checkDone();
    }

    /** @param apart the time between one worker and the next, for these to take over the clients of the former */
    public void drainAll(Duration apart) {
        Duration delay = Duration.ZERO;
        for (WorkerSlot slot : slots.select(this::serves)) {
            if (delay.isZero()) {
                drain(slot);
            } else {
                timers.after(delay, () -> {
                    if (serves(slot)) {
                        drain(slot);
                    }
                });
            }
            delay = delay.plus(apart);
        }
    }

    private boolean serves(WorkerSlot slot) {
        return slot.process() != null && !slot.is(WorkerState.DRAINING);
    }

    public void killAll() {
        slots.select(slot -> slot.process() != null).forEach(slot -> slot.kill("the supervisor was told to"));
    }

    public boolean anyReady() {
        return slots.any(slot -> slot.is(WorkerState.READY));
    }

    /** How many workers there are to be. */
    public int workers() {
        return workers;
    }

    public List<WorkerStatus> status() {
        return slots.status();
    }

    /** What went wrong, in words, after an end in which not all workers have drained; else empty. */
    public String failure() {
        if (!notDrained.isEmpty()) {
            return "stopped, but connections may have been lost: " + String.join(", ", notDrained);
        }
        return whyGivenUp.isEmpty() ? "" : "gave up: " + whyGivenUp;
    }

    @Override
    public void retire(WorkerSlot slot) {
        slot.retire();
        if (slot.process() == null) {
            remove(slot);
        } else if (!slot.is(WorkerState.DRAINING)) {
            drain(slot);
        }
    }

    @Override
    public void remove(WorkerSlot slot) {
        slot.enter(WorkerState.STOPPED, slot.lastExit);
        slots.remove(slot);
        checkDone();
    }

    private void drain(WorkerSlot slot) {
        if (slot.wasKilled()) {
            return; // it dies in a moment: a drain time-out would only keep a hung one for longer
        }
        boolean asked = slot.askToDrain();
        if (!asked && !slot.wasReady()) {
            slot.kill("it has not connected yet and serves nobody");
            return;
        }
        // One that has lost its link drains by itself.
        slot.enter(
                WorkerState.DRAINING,
                "",
                settings.drainTimeout(),
                () -> slot.kill("not drained within " + settings.drainTimeout().toMillis() + " ms"));
    }

    private void retry(WorkerSlot slot) {
        boolean startingIsPossible = slots.any(s -> s.is(WorkerState.READY) && s.hasLasted(settings.provenAfter()));
        if (slot.failedStarts >= settings.maxFailedStarts() && !startingIsPossible) {
            String reason = slot.refusal != null
                    ? slot.lastExit
                    : slot.lastExit + "; " + slot.failedStarts + " failed starts in a row";
            slot.enter(WorkerState.FAILED, reason);
            whyGivenUp = "worker " + slot.index + ": " + reason;
            checkDone();
            return;
        }
        Duration delay = backoff.delay(slot.attempts++);
        String detail = slot.lastExit + "; next start in " + delay.toMillis() + " ms";
        slot.enter(WorkerState.BACKOFF, detail, delay, () -> {
            slot.restarts++;
            launchOrRetry(slot);
        });
    }

    private void launchOrRetry(WorkerSlot slot) {
        try {
            launch(slot);
        } catch (Throwable e) {
            slot.failedStarts++;
            slot.refusal = null;
            slot.lastExit = LaunchFailure.describe(e);
            retry(slot);
        }
    }

    @Override
    public void launch(WorkerSlot slot) throws IOException {
        WorkerProcess process = launcher.launch(slot.index);
        slot.recyclingFactor =
                1 - RECYCLING_JITTER + 2 * RECYCLING_JITTER * backoff.random().nextDouble();
        slot.run(process, settings.bootTimeout());
    }

    /** Told once; one that is being replaced counts, its replacement does not. */
    private void checkAllReady() {
        if (!everAllReady && !stopping && slots.permanent().stream().allMatch(slot -> slot.is(WorkerState.READY))) {
            everAllReady = true;
            Attempt.log(Level.INFO, "all " + workers + " workers are READY (after " + millisSince(startedAt) + " ms)");
            tell(whenAllReady);
        }
    }

    private void checkDone() {
        boolean allFailed = slots.allAre(WorkerState.FAILED);
        if (!done && (allFailed || slots.allAre(WorkerState.STOPPED))) {
            done = true;
            stopping = true; // a command that comes now must not start anything
            Outcome outcome = allFailed ? Outcome.GAVE_UP : notDrained.isEmpty() ? Outcome.DRAINED : Outcome.KILLED;
            replacements.callOff("no worker gets ready: " + whyGivenUp);
            tell(() -> whenDone.accept(outcome));
        }
    }

    /** Again and again until it has been heard: nobody else would ever know. */
    private void tell(Runnable news) {
        if (!Attempt.run(news)) {
            timers.after(TELL_AGAIN, () -> tell(news));
        }
    }

    private long millisSince(long nanos) {
        return (timers.nanoTime() - nanos) / 1_000_000;
    }
}
