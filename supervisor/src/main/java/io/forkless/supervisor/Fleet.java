package io.forkless.supervisor;

import io.forkless.control.ControlMessage.Heartbeat;
import io.forkless.supervisor.output.Log;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The state machine of all workers. One thread calls it; clock, timers and processes are passed in, so that tests walk
 * through every transition without waiting and without a process.
 *
 * <p>Three things can happen to a {@link Slot}: its process dies and is started again in the same place; it is
 * <em>replaced</em>, by a slot of its own that retires it once it is ready; or it is <em>retired</em>, which drains it
 * and removes it. A restart replaces all, recycling replaces one, scaling adds or retires, and a stop retires all.
 */
final class Fleet {
    /** Starts processes; their exits are to be reported with {@link Fleet#exited}. */
    interface Launcher {
        WorkerProcess launch(int index) throws IOException;
    }

    private static final System.Logger LOG = Log.supervisor();

    /** After a replacement that failed, no worker is replaced for its age or size for that long. */
    private static final Duration RECYCLING_PAUSE = Duration.ofSeconds(60);

    /** By how much the limits of recycling vary, up and down. */
    private static final double RECYCLING_JITTER = 0.1;

    private final Settings settings;
    private final Backoff backoff;
    private final Timers timers;
    private final Launcher launcher;
    private final Runnable whenAllReady;
    private final Consumer<Outcome> whenDone;
    private final List<Slot> slots = new ArrayList<>();
    private final long startedAt;
    private int workers;
    private long inspectedAt;
    private long recycleNotBefore;

    /** The restart that is under way, or {@code null}. */
    private CompletableFuture<Void> restart;

    private long restartedAt;
    private boolean everAllReady;
    private boolean stopping;

    /** A worker that may have had connections was killed or ended with an error. */
    private boolean lossy;

    private boolean done;

    /** @param whenAllReady is called when all workers are ready for the first time */
    Fleet(
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
        this.startedAt = timers.nanoTime();
        this.inspectedAt = startedAt;
        this.recycleNotBefore = startedAt;
        this.workers = settings.workers();
    }

    /** @throws IOException if the first processes cannot be started; those that run are killed */
    void start() throws IOException {
        for (int i = 0; i < workers; i++) {
            slots.add(new Slot(i, timers));
        }
        for (Slot slot : slots) {
            try {
                launch(slot);
            } catch (IOException e) {
                stopping = true;
                done = true;
                killAll();
                throw e;
            }
        }
    }

    void ready(WorkerProcess process) {
        Slot slot = slotOf(process);
        if (slot == null || !slot.is(WorkerState.STARTING) || slot.wasKilled()) {
            return; // one that is dying must not make another one go
        }
        slot.failedStarts = 0;
        String detail = "after " + slot.millisInState() + " ms";
        slot.enter(WorkerState.READY, detail, settings.healthyAfter(), () -> slot.attempts = 0);
        if (slot.replaces != null) {
            Slot replaced = slot.replaces;
            slot.replaces = null;
            retire(replaced);
        }
        checkAllReady();
        // One that serves proves that starting is possible: those that were given up get another chance.
        List<Slot> failed = select(s -> s.is(WorkerState.FAILED));
        failed.forEach(this::retry);
        replaceOutdated();
    }

    void heartbeat(WorkerProcess process, Heartbeat heartbeat) {
        Slot slot = slotOf(process);
        if (slot != null) {
            slot.heard(heartbeat);
        }
    }

    /** The link of a process that has not exited (yet) has ended. */
    void linkLost(WorkerProcess process) {
        Slot slot = slotOf(process);
        if (slot != null && !slot.is(WorkerState.DRAINING) && !slot.wasKilled()) {
            slot.setTimer(
                    settings.lostLinkGrace(), () -> slot.kill("it closed its link to the supervisor and did not exit"));
        }
    }

    void exited(WorkerProcess process, int status) {
        Slot slot = slotOf(process);
        if (slot == null) {
            return;
        }
        boolean neverReady = slot.is(WorkerState.STARTING);
        slot.exited(status);
        if (neverReady && !slot.wasKilled()) {
            slot.lastExit += " before it was ready";
        }
        if (stopping) {
            lossy |= !neverReady && status != 0;
            slot.enter(WorkerState.STOPPED, slot.lastExit);
            checkDone();
        } else if (slot.isRetiring()) {
            remove(slot);
        } else if (neverReady && slot.replaces != null) {
            replacementFailed(slot);
        } else {
            slot.failedStarts += neverReady ? 1 : 0;
            retry(slot);
        }
        replaceOutdated();
    }

    /**
     * Replaces every worker by one that is started from now on; a restart that is under way becomes part of it.
     *
     * @return fails, with the reason as its message, if a replacement does not get ready: the old workers then go on
     */
    CompletableFuture<Void> restart() {
        if (stopping) {
            return CompletableFuture.failedFuture(new IllegalStateException("the supervisor is stopping"));
        }
        if (restart == null) {
            restart = new CompletableFuture<>();
            restartedAt = timers.nanoTime();
        }
        LOG.log(Level.INFO, "restarting " + workers + " workers, " + settings.maxSurge() + " at a time");
        CompletableFuture<Void> result = restart;
        select(slot -> !slot.isRetiring()).forEach(slot -> slot.outdated = "restart");
        replaceOutdated();
        return result;
    }

    /** Adds workers, or retires those with the highest indexes. */
    void scale(int newWorkers) {
        if (stopping) {
            throw new IllegalStateException("the supervisor is stopping");
        }
        LOG.log(Level.INFO, "scaling from " + workers + " to " + newWorkers + " workers");
        workers = newWorkers;
        List<Slot> permanent = permanent();
        for (int i = permanent.size(); i < newWorkers; i++) {
            Slot slot = addSlot();
            try {
                launch(slot);
            } catch (IOException e) {
                launchFailed(slot, e);
            }
        }
        // Those that do not run go first, then those that do not serve yet, then the newest places.
        permanent.sort(Comparator.comparing((Slot slot) -> slot.is(WorkerState.READY))
                .thenComparing(slot -> slot.process() != null)
                .thenComparing(slot -> -slot.index));
        for (Slot slot : permanent.subList(0, Math.max(0, permanent.size() - newWorkers))) {
            select(other -> other.replaces == slot).forEach(this::retire);
            retire(slot);
        }
        checkAllReady();
        replaceOutdated();
    }

    /** To be called about once a second: finds the workers that hang, and those that are due to be recycled. */
    void inspect() {
        boolean stoodStill = timers.nanoTime() - inspectedAt
                > settings.longestInspectionGap().toNanos();
        inspectedAt = timers.nanoTime();
        for (Slot slot : select(s -> s.is(WorkerState.READY) && !s.wasKilled())) {
            if (stoodStill) {
                slot.excuse();
            } else if (!settings.hangTimeout().isZero() && slot.isSilentFor(settings.hangTimeout())) {
                slot.killStuck("no heartbeat for " + settings.hangTimeout().toMillis() + " ms: it hangs");
            } else if (slot.outdated == null && inspectedAt - recycleNotBefore >= 0) {
                slot.outdated = slot.due(settings.recycling());
            }
        }
        replaceOutdated();
    }

    /** From now on no process is started. Those that run go on serving until {@link #drainAll}. */
    void stopRestarting() {
        stopping = true;
        endRestart("the supervisor was told to stop");
        for (Slot slot : slots) {
            slot.retire();
            if (slot.process() == null && !slot.is(WorkerState.STOPPED)) {
                slot.enter(WorkerState.STOPPED, "");
            }
        }
        checkDone();
    }

    /** @param apart the time between one worker and the next, for these to take over the clients of the former */
    void drainAll(Duration apart) {
        Duration delay = Duration.ZERO;
        for (Slot slot : select(this::serves)) {
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

    private boolean serves(Slot slot) {
        return slot.process() != null && !slot.is(WorkerState.DRAINING);
    }

    void killAll() {
        lossy = true;
        select(slot -> slot.process() != null).forEach(slot -> slot.kill("the supervisor was told to"));
    }

    boolean anyReady() {
        return slots.stream().anyMatch(slot -> slot.is(WorkerState.READY));
    }

    /** How many workers there are to be. */
    int workers() {
        return workers;
    }

    List<WorkerStatus> status() {
        return slots.stream()
                .sorted(Comparator.comparingInt(slot -> slot.index))
                .map(Slot::status)
                .toList();
    }

    /** Starts replacements as far as the surge allows, and ends the restart when there is nothing left to replace. */
    private void replaceOutdated() {
        while (!stopping && surplus() < settings.maxSurge()) {
            List<Slot> next = select(slot -> slot.outdated != null && slot.replaces == null && !isBeingReplaced(slot));
            if (next.isEmpty()) {
                break;
            }
            replace(next.get(0));
        }
        if (select(slot -> slot.outdated != null || slot.replaces != null || slot.isRetiring())
                .isEmpty()) {
            endRestart(null);
        }
    }

    private void replace(Slot old) {
        Slot slot = addSlot();
        slot.replaces = old;
        slot.restarts = old.restarts + 1;
        slot.lastExit = "worker " + old.index + " was replaced: " + old.outdated;
        LOG.log(Level.INFO, "replacing " + old + ": " + old.outdated);
        try {
            launch(slot);
        } catch (IOException e) {
            slot.lastExit = e.getMessage();
            replacementFailed(slot);
        }
    }

    /** The old worker goes on, and so do all the others that were to be replaced. */
    private void replacementFailed(Slot slot) {
        String reason = "the replacement for " + slot.replaces + " failed: " + slot.lastExit;
        recycleNotBefore = timers.nanoTime() + RECYCLING_PAUSE.toNanos();
        remove(slot);
        LOG.log(Level.ERROR, reason + "; nothing else is replaced, the workers there are go on serving");
        slots.forEach(other -> other.outdated = null);
        select(other -> other.replaces != null).forEach(this::retire);
        endRestart(reason);
    }

    private void endRestart(String failure) {
        if (restart == null) {
            return;
        }
        CompletableFuture<Void> ended = restart;
        restart = null;
        if (failure == null) {
            LOG.log(Level.INFO, "restarted " + workers + " workers (in " + millisSince(restartedAt) + " ms)");
            ended.complete(null);
        } else {
            LOG.log(Level.ERROR, "restart aborted: " + failure);
            ended.completeExceptionally(new IllegalStateException("restart aborted: " + failure));
        }
    }

    private void retire(Slot slot) {
        slot.retire();
        if (slot.process() == null) {
            remove(slot);
        } else if (!slot.is(WorkerState.DRAINING)) {
            drain(slot);
        }
    }

    private void remove(Slot slot) {
        slot.enter(WorkerState.STOPPED, slot.lastExit);
        slots.remove(slot);
        checkDone();
    }

    private void drain(Slot slot) {
        if (slot.wasKilled()) {
            return; // it dies in a moment: a drain time-out would only keep a hung one for longer
        }
        boolean asked = slot.process().drain();
        if (!asked && slot.is(WorkerState.STARTING)) {
            slot.kill("it has not connected yet and serves nobody");
            return;
        }
        // One that has lost its link drains by itself.
        slot.enter(WorkerState.DRAINING, "", settings.drainTimeout(), () -> {
            lossy |= stopping;
            slot.kill("not drained within " + settings.drainTimeout().toMillis() + " ms");
        });
    }

    private void retry(Slot slot) {
        if (slot.failedStarts >= settings.maxFailedStarts() && !anyReady()) {
            slot.enter(WorkerState.FAILED, slot.lastExit + "; " + slot.failedStarts + " failed starts in a row");
            checkDone();
            return;
        }
        Duration delay = backoff.delay(slot.attempts++);
        String detail = slot.lastExit + "; next start in " + delay.toMillis() + " ms";
        slot.enter(WorkerState.BACKOFF, detail, delay, () -> relaunch(slot));
    }

    private void relaunch(Slot slot) {
        slot.restarts++;
        try {
            launch(slot);
        } catch (IOException e) {
            launchFailed(slot, e);
        }
    }

    private void launchFailed(Slot slot, IOException e) {
        slot.failedStarts++;
        slot.lastExit = e.getMessage();
        retry(slot);
    }

    private void launch(Slot slot) throws IOException {
        slot.recyclingFactor =
                1 - RECYCLING_JITTER + 2 * RECYCLING_JITTER * backoff.random().nextDouble();
        slot.run(launcher.launch(slot.index), settings.bootTimeout());
    }

    /** With the lowest index that no process has. */
    private Slot addSlot() {
        BitSet taken = new BitSet();
        slots.forEach(slot -> taken.set(slot.index));
        Slot slot = new Slot(taken.nextClearBit(0), timers);
        slots.add(slot);
        return slot;
    }

    /** Those that make up the number of workers. */
    private List<Slot> permanent() {
        return select(slot -> !slot.isRetiring() && slot.replaces == null);
    }

    private boolean isBeingReplaced(Slot slot) {
        return slots.stream().anyMatch(other -> other.replaces == slot);
    }

    /** How many processes there are beyond the number of workers. */
    private int surplus() {
        return select(slot -> slot.replaces != null || slot.isRetiring()).size();
    }

    /** Told once; one that is being replaced counts, its replacement does not. */
    private void checkAllReady() {
        if (!everAllReady && !stopping && permanent().stream().allMatch(slot -> slot.is(WorkerState.READY))) {
            everAllReady = true;
            LOG.log(Level.INFO, "all " + workers + " workers are READY (after " + millisSince(startedAt) + " ms)");
            whenAllReady.run();
        }
    }

    private void checkDone() {
        boolean allFailed = slots.stream().allMatch(slot -> slot.is(WorkerState.FAILED));
        boolean allStopped = slots.stream().allMatch(slot -> slot.is(WorkerState.STOPPED));
        if (!done && (allFailed || allStopped)) {
            done = true;
            stopping = true; // a command that comes now must not start anything
            endRestart("no worker gets ready");
            whenDone.accept(allFailed ? Outcome.GAVE_UP : lossy ? Outcome.KILLED : Outcome.DRAINED);
        }
    }

    private List<Slot> select(Predicate<Slot> predicate) {
        return new ArrayList<>(slots.stream().filter(predicate).toList());
    }

    private Slot slotOf(WorkerProcess process) {
        return slots.stream()
                .filter(slot -> slot.process() == process)
                .findFirst()
                .orElse(null);
    }

    private long millisSince(long nanos) {
        return (timers.nanoTime() - nanos) / 1_000_000;
    }
}
