package io.forkless.supervisor;

import io.forkless.control.ControlMessage.Heartbeat;
import io.forkless.supervisor.output.Log;
import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * One worker's place in the {@link Fleet}: its process, or the wait for the next one. It has one timer, whose meaning
 * depends on the state.
 */
final class Slot {
    private static final System.Logger LOG = Log.supervisor();

    /** What a stuck worker gets for writing down what its threads do. */
    private static final Duration THREAD_DUMP_GRACE = Duration.ofSeconds(2);

    final int index;

    /** Varies this process's limits of age and size. */
    double recyclingFactor = 1;

    /** The one to retire as soon as this one is ready. */
    Slot replaces;

    /** Why this worker is to be replaced, or {@code null}. */
    String outdated;

    int restarts;
    int attempts;
    int failedStarts;
    String lastExit = "";
    private final Timers timers;
    private WorkerState state = WorkerState.STOPPED;
    private long since;
    private WorkerProcess process;
    private long exitedPid = -1;
    private boolean retiring;
    private Timers.Timer timer;
    private String killReason;
    private long launchedAt;
    private long heardAt;
    private Heartbeat heartbeat = Heartbeat.NONE;

    Slot(int index, Timers timers) {
        this.index = index;
        this.timers = timers;
    }

    WorkerState state() {
        return state;
    }

    boolean is(WorkerState candidate) {
        return state == candidate;
    }

    WorkerProcess process() {
        return process;
    }

    /** No process will be started here any more. */
    boolean isRetiring() {
        return retiring;
    }

    void retire() {
        retiring = true;
        outdated = null;
        replaces = null;
    }

    /** Makes that process this slot's. */
    void run(WorkerProcess newProcess, Duration bootTimeout) {
        process = newProcess;
        killReason = null;
        outdated = null; // it was started with what there is now
        launchedAt = timers.nanoTime();
        heartbeat = Heartbeat.NONE;
        enter(
                WorkerState.STARTING,
                "",
                bootTimeout,
                () -> killStuck("not ready within " + bootTimeout.toMillis() + " ms"));
    }

    /** Notes that the process is gone. */
    void exited(int status) {
        lastExit = killReason != null ? "killed: " + killReason : ExitReason.describe(status);
        exitedPid = process.pid();
        process = null;
    }

    boolean wasKilled() {
        return killReason != null;
    }

    void enter(WorkerState newState, String detail, Duration delay, Runnable action) {
        enter(newState, detail);
        setTimer(delay, action);
    }

    void enter(WorkerState newState, String detail) {
        cancelTimer();
        state = newState;
        since = timers.nanoTime();
        heardAt = since;
        boolean bad = newState == WorkerState.BACKOFF || newState == WorkerState.FAILED;
        LOG.log(
                bad ? Level.WARNING : Level.INFO,
                this + ": " + newState + (detail.isEmpty() ? "" : " (" + detail + ")"));
    }

    void setTimer(Duration delay, Runnable action) {
        cancelTimer();
        timer = timers.after(delay, action);
    }

    void kill(String reason) {
        if (killReason == null) {
            killReason = reason;
            LOG.log(Level.WARNING, this + ": killing it: " + reason);
        }
        process.kill();
    }

    void heard(Heartbeat news) {
        heartbeat = news;
        heardAt = timers.nanoTime();
    }

    /** As if it had just reported: when it was the supervisor that stood still. */
    void excuse() {
        heardAt = timers.nanoTime();
    }

    boolean isSilentFor(Duration limit) {
        return timers.nanoTime() - heardAt > limit.toNanos();
    }

    /** Lets it say what its threads do, if it can, and kills it. */
    void killStuck(String reason) {
        if (wasKilled()) {
            kill(reason); // once more; the reason stays the first one
            return;
        }
        killReason = reason;
        LOG.log(Level.ERROR, this + ": " + reason + "; its threads follow if it can still tell, then it is killed");
        process.dumpThreads();
        setTimer(THREAD_DUMP_GRACE, process::kill);
    }

    /** Why it is due to be replaced, or {@code null}. */
    String due(Recycling recycling) {
        long rss = recycling.maxRss() > 0 ? process.residentBytes() : -1;
        return recycling.due(recyclingFactor, age(), heartbeat.accepted(), rss);
    }

    WorkerStatus status() {
        boolean runs = process != null;
        return new WorkerStatus(
                index,
                runs ? process.pid() : -1,
                state,
                Duration.ofNanos(timers.nanoTime() - since),
                runs ? age() : Duration.ZERO,
                restarts,
                lastExit,
                runs ? heartbeat.accepted() : 0,
                runs ? heartbeat.open() : 0,
                runs ? heartbeat.heapUsed() : 0,
                runs ? process.residentBytes() : -1);
    }

    long millisInState() {
        return (timers.nanoTime() - since) / 1_000_000;
    }

    @Override
    public String toString() {
        long pid = process == null ? exitedPid : process.pid();
        return "worker " + index + (pid == -1 ? "" : " (pid " + pid + ")");
    }

    private Duration age() {
        return Duration.ofNanos(timers.nanoTime() - launchedAt);
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
