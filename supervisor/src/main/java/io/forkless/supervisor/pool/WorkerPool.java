package io.forkless.supervisor.pool;

import io.forkless.internal.control.ControlMessage.Heartbeat;
import io.forkless.supervisor.output.Attempt;
import io.forkless.supervisor.status.Outcome;
import io.forkless.supervisor.status.SupervisorEvent;
import io.forkless.supervisor.status.SupervisorEvent.Type;
import io.forkless.supervisor.status.WorkerState;
import io.forkless.supervisor.status.WorkerStatus;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The state machine of all workers. One thread calls it; clock, timers, processes and queues are passed in, so that tests walk
 * through every transition without waiting and without a process.
 *
 * <p>Three things can happen to a {@link WorkerSlot}: its process dies and is started again in the same place; it is
 * <em>replaced</em>, by a slot of its own that retires it once it is ready; or it is <em>retired</em>, which drains it
 * and removes it. A restart replaces all, recycling replaces one, scaling adds or retires, and a stop retires all.
 *
 * <p>Every transition is all or nothing: a launch may fail with any throwable, which makes it a failed start, and every
 * other call of what is not the pool's own is an {@link Attempt}.
 */
public final class WorkerPool {
    /** Starts processes; their exits are to be reported with {@link WorkerPool#exited}. */
    public interface Launcher {
        /** Leaves nothing behind if it throws, whatever that is. */
        WorkerProcess launch(int index) throws IOException;
    }

    private final SupervisorLife life;
    private final Settings settings;
    private final Timers timers;
    private final WorkerSlots slots;
    private final Starts starts;
    private final Retirement retirement;
    private final Adoption adoption;
    private final Scaling scaling;
    private final Replacements replacements;
    private final Inspection inspection;
    private final GracefulStop gracefulStop;
    private final Announcements announcements;
    private final EventLog events;

    /** During the stop. */
    private final Losses losses = new Losses();

    private final long createdAt;
    private boolean everAllReady;

    /**
     * @param life of the supervisor, which is starting when the pool does
     * @param whenAllReady is called when all workers are ready for the first time
     * @param listener gets each event, before anything that follows from it is told
     */
    public WorkerPool(
            SupervisorLife life,
            Settings settings,
            Backoff backoff,
            Timers timers,
            Launcher launcher,
            Queues queues,
            Runnable whenAllReady,
            Consumer<Outcome> whenDone,
            Consumer<SupervisorEvent> listener) {
        this.life = life;
        this.settings = settings;
        this.timers = timers;
        events = new EventLog(settings.workers(), listener);
        slots = new WorkerSlots(timers, events);
        starts = new Starts(settings, backoff, slots, launcher, this::checkDone);
        retirement = new Retirement(settings, slots, this::checkDone);
        adoption = new Adoption(settings, slots, starts, retirement);
        scaling = new Scaling(settings.workers(), slots, starts, retirement, events);
        replacements = new Replacements(settings, timers, slots, starts, retirement, events);
        inspection = new Inspection(settings, timers, slots, replacements);
        gracefulStop = new GracefulStop(life, settings, timers, slots, queues);
        announcements = new Announcements(timers, whenAllReady, whenDone);
        createdAt = timers.nanoTime();
    }

    /** @throws IOException if the first processes cannot be started; those that run are killed */
    public void start() throws IOException {
        start(List.of(), settings.workers());
    }

    /**
     * Begins with the workers that an earlier supervisor has left, and starts those that are missing. A start that fails is tried
     * again if there are workers to adopt, since those serve.
     *
     * @param workers how many there are to be; an earlier supervisor may have been told to change that
     * @throws IOException if there are none to adopt and the first processes cannot be started; those that run are killed
     */
    public void start(List<Orphan> orphans, int workers) throws IOException {
        scaling.begin(workers);
        if (!orphans.isEmpty()) {
            startWith(orphans);
            return;
        }
        events.tell(Level.INFO, Type.STARTED, "", "starting " + workers() + " workers");
        for (int i = 0; i < workers(); i++) {
            slots.add();
        }
        try {
            for (WorkerSlot slot : slots.all()) {
                launchFirst(slot);
            }
            life.make(SupervisorTransition.RUN);
        } catch (Throwable e) {
            life.tryToMake(SupervisorTransition.END);
            killAll();
            String reason = String.valueOf(e.getMessage());
            events.tell(
                    Level.DEBUG, Type.STOPPED, reason, "not started: " + reason); // who has started it tells the rest
            throw e;
        }
    }

    private void startWith(List<Orphan> orphans) {
        events.tell(
                Level.INFO,
                Type.STARTED,
                "",
                "adopting " + orphans.size() + " workers that an earlier supervisor has started; " + workers()
                        + " are to serve");
        life.make(SupervisorTransition.RUN);
        adoption.adopt(orphans, workers());
        for (int i = slots.permanent().size(); i < workers(); i++) {
            starts.launchOrRetry(slots.add());
        }
        checkAllReady();
    }

    private void launchFirst(WorkerSlot slot) throws IOException {
        try {
            starts.launch(slot);
        } catch (Throwable e) {
            String reason = String.valueOf(e.getMessage());
            events.tell(
                    Level.DEBUG,
                    Type.WORKER_START_FAILED,
                    slot.index(),
                    SupervisorEvent.NONE,
                    reason,
                    slot + ": " + reason);
            throw e;
        }
    }

    public void ready(WorkerProcess process) {
        WorkerSlot slot = slots.of(process);
        if (slot == null || !slot.is(WorkerState.STARTING)) {
            return; // one that is dying must not make another one go
        }
        slot.becomeReady();
        if (!slot.isReplacement() || settings.readyHold().isZero()) {
            held(slot);
        } else {
            awaitHeld(slot);
            checkAllReady();
        }
    }

    private void awaitHeld(WorkerSlot slot) {
        slot.afterInState(settings.readyHold(), () -> held(slot));
    }

    /** It is ready, and if it is a replacement, for as long as it takes to rely on it. */
    private void held(WorkerSlot slot) {
        starts.awaitProof(slot);
        if (slot.isReplacement()) {
            replacements.retirePredecessorOf(slot);
        }
        checkAllReady();
        replacements.goOn();
    }

    /** The worker does not serve any more; it may get ready again. */
    public void unready(WorkerProcess process) {
        WorkerSlot slot = slots.of(process);
        if (slot == null || !slot.is(WorkerState.READY)) {
            return;
        }
        String when = slot.sinceReady();
        slot.becomeUnready(settings.bootTimeout());
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
            slot.requestRefused(reason);
        }
    }

    /** The process has finished all that it had accepted, and is about to exit. */
    public void drained(WorkerProcess process) {
        WorkerSlot slot = slots.of(process);
        if (slot != null) {
            slot.drained();
        }
    }

    /** The link of a process that has not exited (yet) has ended. */
    public void linkLost(WorkerProcess process) {
        WorkerSlot slot = slots.of(process);
        if (slot != null) {
            slot.linkLost(settings.lostLinkGrace());
        }
    }

    /** A process whose link had been lost has called again. */
    public void linkRestored(WorkerProcess process) {
        WorkerSlot slot = slots.of(process);
        if (slot == null) {
            return;
        }
        // Replaces the timer that would have killed it.
        if (slot.is(WorkerState.STARTING)) {
            slot.awaitReady(settings.bootTimeout());
        } else if (slot.is(WorkerState.READY)) {
            slot.excuse();
            if (slot.isReplacement()) {
                awaitHeld(slot);
            } else {
                starts.awaitProof(slot);
            }
        }
    }

    public void exited(WorkerProcess process, int status) {
        exited(process, OptionalInt.of(status));
    }

    /** @param status empty if it is unknown, since the process is not a child of this one */
    public void exited(WorkerProcess process, OptionalInt status) {
        WorkerSlot slot = slots.of(process);
        if (slot == null) {
            return;
        }
        boolean lossy = ProcessExit.isBad(status) && slot.mayLoseConnections();
        slot.exited(status);
        if (life.isStopping()) {
            if (lossy) {
                losses.add(slot);
            }
            slot.end(slot.lastExit());
            checkDone();
        } else if (slot.isRetiring()) {
            if (lossy) {
                replacements.notDrained(slot);
            }
            retirement.remove(slot);
        } else if (slot.isReplacement()) {
            replacements.removeFailed(slot, slot.lastExit() + slot.sinceReady());
        } else {
            String reason = slot.lastExit() + slot.sinceReady();
            starts.startAgain(slot);
            if (replacements.include(slot)) {
                replacements.failed(slot, reason);
            }
        }
        replacements.goOn();
    }

    /**
     * Replaces every worker by one that is started from now on; a restart that is under way becomes part of it.
     *
     * @return fails, with the reason as its message, if a replacement does not get ready, or ends or turns unready before
     *     the restart is complete: the old workers that are left then go on; and with a {@link io.forkless.supervisor.status.NotDrainedException} if it
     *     is complete and a worker was killed or ended with an error in place of a drain
     */
    public CompletableFuture<Void> restart() {
        return restart(settings.maxSurge());
    }

    /**
     * The same, with a surge of its own.
     *
     * @throws IllegalArgumentException if that is out of range
     */
    public CompletableFuture<Void> restart(int surge) {
        Settings.requireSurge(surge);
        if (life.isStopping()) {
            return CompletableFuture.failedFuture(new IllegalStateException("the supervisor is stopping"));
        }
        return replacements.restart(workers(), surge);
    }

    /**
     * Replaces these processes as a restart does.
     *
     * @param outdated the processes, with the reason for each
     * @return see {@link #restart()}
     */
    public CompletableFuture<Void> renew(Map<WorkerProcess, String> outdated) {
        Map<WorkerSlot, String> reasons = new LinkedHashMap<>();
        outdated.forEach((process, reason) -> {
            WorkerSlot slot = slots.of(process);
            if (slot != null && !slot.isRetiring()) {
                reasons.put(slot, reason);
            }
        });
        return reasons.isEmpty() || life.isStopping()
                ? CompletableFuture.completedFuture(null)
                : replacements.restart(
                        reasons.size(), settings.maxSurge(), List.copyOf(reasons.keySet()), reasons::get);
    }

    /** Adds workers, or retires those with the highest indexes. */
    public void scale(int newWorkers) {
        if (life.isStopping()) {
            throw new IllegalStateException("the supervisor is stopping");
        }
        scaling.scale(newWorkers);
        checkAllReady();
        replacements.goOn();
    }

    /** To be called about once a second: finds the workers that hang, and those that are due to be recycled. */
    public void inspect() {
        inspection.inspect();
        replacements.goOn();
    }

    /**
     * Ends everything without losing a request: no process is started from now on, those that run empty the queues, and then
     * drain. Further calls have no effect.
     */
    public void stop() {
        if (life.isStopping()) {
            return;
        }
        events.tell(Level.INFO, Type.STOPPING, "", "stopping: draining " + workers() + " workers");
        try {
            stopRestarting();
        } finally {
            gracefulStop.begin();
        }
    }

    /** Ends everything at once, also if a stop is under way. */
    public void kill() {
        try {
            if (!life.isStopping()) {
                String reason = "the supervisor was told to kill";
                events.tell(Level.INFO, Type.STOPPING, reason, "stopping: killing " + workers() + " workers");
                stopRestarting();
            }
        } finally {
            life.tryToMake(SupervisorTransition.DRAIN); // those whose turn has not come yet need not be asked any more
            killAll();
        }
    }

    private void stopRestarting() {
        life.make(SupervisorTransition.QUIESCE);
        for (WorkerSlot slot : slots.all()) {
            slot.retire();
            if (!slot.hasProcess() && !slot.is(WorkerState.STOPPED)) {
                slot.end("");
            }
        }
        replacements.callOff("the supervisor was told to stop");
        checkDone();
    }

    private void killAll() {
        slots.select(WorkerSlot::hasProcess).forEach(slot -> slot.kill("the supervisor was told to"));
    }

    /** How many workers there are to be. */
    public int workers() {
        return scaling.workers();
    }

    public List<WorkerStatus> status() {
        return slots.status();
    }

    /** What went wrong, in words, after an end in which not all workers have drained; else empty. */
    public String failure() {
        if (!losses.isEmpty()) {
            return "stopped, but connections may have been lost: " + losses;
        }
        return starts.whyGivenUp().isEmpty() ? "" : "gave up: " + starts.whyGivenUp();
    }

    /** Told once; one that is being replaced counts, its replacement does not. */
    private void checkAllReady() {
        if (!everAllReady
                && !life.isStopping()
                && slots.permanent().stream().allMatch(slot -> slot.is(WorkerState.READY))) {
            everAllReady = true;
            long millis = (timers.nanoTime() - createdAt) / 1_000_000;
            String message = "all " + workers() + " workers are READY (after " + millis + " ms)";
            events.tell(Level.INFO, Type.ALL_READY, "", message);
            announcements.allReady();
        }
    }

    private void checkDone() {
        boolean allFailed = slots.allAre(WorkerState.FAILED);
        if (life.is(SupervisorState.ENDED) || !allFailed && !slots.allAre(WorkerState.STOPPED)) {
            return;
        }
        life.make(SupervisorTransition.END); // a command that comes now must not start anything
        gracefulStop.over();
        Outcome outcome = allFailed ? Outcome.GAVE_UP : losses.isEmpty() ? Outcome.DRAINED : Outcome.KILLED;
        replacements.callOff("no worker gets ready: " + starts.whyGivenUp());
        events.tell(Level.INFO, Type.STOPPED, outcome == Outcome.DRAINED ? "" : failure(), "stopped: " + outcome);
        announcements.done(outcome);
    }
}
