package io.forkless.supervisor;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The state machine of all workers. One thread calls it; clock, timers and processes are passed in, so that tests walk
 * through every transition without waiting and without a process.
 */
final class Fleet {
    /** Starts processes; their exits are to be reported with {@link Fleet#exited}. */
    interface Launcher {
        WorkerProcess launch(int index) throws LaunchException;
    }

    private static final System.Logger LOG = System.getLogger(Supervisor.class.getName());

    private final Settings settings;
    private final Backoff backoff;
    private final Timers timers;
    private final Launcher launcher;
    private final Runnable whenAllReady;
    private final Consumer<Outcome> whenDone;
    private final List<Slot> slots = new ArrayList<>();
    private final long startedAt;
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
        for (int i = 0; i < settings.workers(); i++) {
            slots.add(new Slot(i));
        }
    }

    /** @throws LaunchException if the first processes cannot be started; those that run are killed */
    void start() throws LaunchException {
        for (Slot slot : slots) {
            try {
                slot.run(launcher.launch(slot.index));
            } catch (LaunchException e) {
                stopping = true;
                done = true;
                killAll();
                throw e;
            }
        }
    }

    void ready(WorkerProcess process) {
        Slot slot = slotOf(process);
        if (slot == null || slot.state != WorkerState.STARTING) {
            return;
        }
        slot.failedStarts = 0;
        slot.enter(
                WorkerState.READY,
                "after " + millisSince(slot.since) + " ms",
                settings.healthyAfter(),
                () -> slot.attempts = 0);
        if (!everAllReady && slots.stream().allMatch(s -> s.state == WorkerState.READY)) {
            everAllReady = true;
            LOG.log(Level.INFO, "all " + slots.size() + " workers are READY (after " + millisSince(startedAt) + " ms)");
            whenAllReady.run();
        }
        // One that serves proves that starting is possible: those that were given up get another chance.
        slots.stream().filter(s -> s.state == WorkerState.FAILED).forEach(this::retry);
    }

    /** The link of a process that has not exited (yet) has ended. */
    void linkLost(WorkerProcess process) {
        Slot slot = slotOf(process);
        if (slot != null && slot.state != WorkerState.DRAINING) {
            slot.setTimer(
                    settings.lostLinkGrace(), () -> slot.kill("it closed its link to the supervisor and did not exit"));
        }
    }

    void exited(WorkerProcess process, int status) {
        Slot slot = slotOf(process);
        if (slot == null) {
            return;
        }
        boolean neverReady = slot.state == WorkerState.STARTING;
        slot.lastExit = slot.killReason != null ? "killed: " + slot.killReason : ExitReason.describe(status);
        slot.exitedPid = process.pid();
        slot.process = null;
        if (stopping) {
            lossy |= !neverReady && status != 0;
            slot.enter(WorkerState.STOPPED, slot.lastExit);
            checkDone();
            return;
        }
        if (neverReady) {
            slot.failedStarts++;
            slot.lastExit += slot.killReason == null ? " before it was ready" : "";
        }
        retry(slot);
    }

    /** From now on no process is started. Those that run go on serving until {@link #drainAll()}. */
    void stopRestarting() {
        stopping = true;
        for (Slot slot : slots) {
            if (slot.process == null && slot.state != WorkerState.STOPPED) {
                slot.enter(WorkerState.STOPPED, "");
            }
        }
        checkDone();
    }

    void drainAll() {
        for (Slot slot : slots) {
            if (slot.process != null && slot.state != WorkerState.DRAINING) {
                drain(slot);
            }
        }
    }

    void killAll() {
        lossy = true;
        for (Slot slot : slots) {
            if (slot.process != null) {
                slot.kill("the supervisor was told to");
            }
        }
    }

    boolean anyReady() {
        return slots.stream().anyMatch(slot -> slot.state == WorkerState.READY);
    }

    List<WorkerStatus> status() {
        return slots.stream().map(Slot::status).toList();
    }

    private void drain(Slot slot) {
        boolean asked = slot.process.drain();
        if (!asked && slot.state == WorkerState.STARTING) {
            slot.kill("it has not connected yet and serves nobody");
            return;
        }
        // One that has lost its link drains by itself.
        slot.enter(WorkerState.DRAINING, "", settings.drainTimeout(), () -> {
            lossy = true;
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
            slot.run(launcher.launch(slot.index));
        } catch (LaunchException e) {
            slot.failedStarts++;
            slot.lastExit = e.getMessage();
            retry(slot);
        }
    }

    private void checkDone() {
        boolean allFailed = slots.stream().allMatch(slot -> slot.state == WorkerState.FAILED);
        boolean allStopped = slots.stream().allMatch(slot -> slot.state == WorkerState.STOPPED);
        if (!done && (allFailed || allStopped)) {
            done = true;
            whenDone.accept(allFailed ? Outcome.GAVE_UP : lossy ? Outcome.KILLED : Outcome.DRAINED);
        }
    }

    private Slot slotOf(WorkerProcess process) {
        for (Slot slot : slots) {
            if (slot.process == process) {
                return slot;
            }
        }
        return null;
    }

    private long millisSince(long nanos) {
        return (timers.nanoTime() - nanos) / 1_000_000;
    }

    /** One worker's place. It has one timer, whose meaning depends on the state. */
    private final class Slot {
        private final int index;
        private WorkerState state = WorkerState.STOPPED;
        private long since;
        private WorkerProcess process;
        private Timers.Timer timer;
        private String killReason;
        private String lastExit = "";
        private long exitedPid = -1;
        private int restarts;
        private int attempts;
        private int failedStarts;

        Slot(int index) {
            this.index = index;
        }

        void run(WorkerProcess newProcess) {
            process = newProcess;
            killReason = null;
            enter(WorkerState.STARTING, "", settings.bootTimeout(), () -> {
                kill("not ready within " + settings.bootTimeout().toMillis() + " ms");
            });
        }

        void enter(WorkerState newState, String detail, Duration delay, Runnable action) {
            enter(newState, detail);
            setTimer(delay, action);
        }

        void enter(WorkerState newState, String detail) {
            cancelTimer();
            state = newState;
            since = timers.nanoTime();
            boolean bad = newState == WorkerState.BACKOFF || newState == WorkerState.FAILED;
            long pid = process == null ? exitedPid : process.pid();
            LOG.log(
                    bad ? Level.WARNING : Level.INFO,
                    "worker " + index + (pid == -1 ? "" : " (pid " + pid + ")") + ": " + newState
                            + (detail.isEmpty() ? "" : " (" + detail + ")"));
        }

        void setTimer(Duration delay, Runnable action) {
            cancelTimer();
            timer = timers.after(delay, action);
        }

        void kill(String reason) {
            if (killReason == null) {
                killReason = reason;
                LOG.log(Level.WARNING, "worker " + index + " (pid " + pid() + "): killing it: " + reason);
            }
            process.kill();
        }

        WorkerStatus status() {
            Duration inState = Duration.ofNanos(timers.nanoTime() - since);
            return new WorkerStatus(index, process == null ? -1 : process.pid(), state, inState, restarts, lastExit);
        }

        private String pid() {
            return Long.toString(process.pid());
        }

        private void cancelTimer() {
            if (timer != null) {
                timer.cancel();
                timer = null;
            }
        }
    }
}
