package io.forkless.supervisor.pool;

import io.forkless.internal.control.ControlMessage.Heartbeat;
import io.forkless.supervisor.output.Attempt;
import io.forkless.supervisor.status.WorkerState;
import io.forkless.supervisor.status.WorkerStatus;
import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * One worker's place in the {@link WorkerPool}: its process, or the wait for the next one. It has one timer, whose meaning
 * depends on the state.
 */
final class WorkerSlot {
    /** What a stuck worker gets for writing down what its threads do. */
    private static final Duration THREAD_DUMP_GRACE = Duration.ofSeconds(2);

    /** After that a process that was killed and is still there is killed again. */
    private static final Duration KILL_AGAIN = Duration.ofSeconds(5);

    final int index;

    /** Varies this process's limits of age and size. */
    double recyclingFactor = 1;

    /** The one to retire as soon as this one is ready. */
    WorkerSlot replaces;

    /** Why this worker is to be replaced, or {@code null}. */
    String outdated;

    int restarts;
    int attempts;
    int failedStarts;
    String lastExit = "";

    /** Why its process does not get what it has asked for, ever; {@code null} if there is no such thing. */
    String refusal;

    /** Its process has said that it has finished all that it had accepted. */
    boolean drained;

    private final Timers timers;
    private WorkerState state = WorkerState.STOPPED;
    private long since;
    private WorkerProcess process;
    private long exitedPid = -1;
    private boolean retiring;
    private boolean everReady;
    private Timers.Timer timer;
    private String killReason;
    private long launchedAt;
    private long heardAt;
    private Heartbeat heartbeat = Heartbeat.NONE;

    WorkerSlot(int index, Timers timers) {
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

    /** Whether its process has been ready once, so that it may have connections. */
    boolean wasReady() {
        return everReady;
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
        refusal = null;
        drained = false;
        everReady = false;
        outdated = null; // it was started with what there is now
        launchedAt = timers.nanoTime();
        heartbeat = Heartbeat.NONE;
        awaitReady("", bootTimeout);
    }

    /** Its process is to get ready in time, for the first time or again. */
    void awaitReady(String detail, Duration bootTimeout) {
        enter(
                WorkerState.STARTING,
                detail,
                bootTimeout,
                () -> killStuck("not ready within " + bootTimeout.toMillis() + " ms"));
    }

    /** Notes that the process is gone. */
    void exited(int status) {
        lastExit = killReason != null ? "killed: " + killReason : ExitReason.describe(status);
        exitedPid = pid();
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
        everReady |= newState == WorkerState.READY;
        boolean bad = newState == WorkerState.BACKOFF || newState == WorkerState.FAILED;
        Attempt.log(
                bad ? Level.WARNING : Level.INFO,
                this + ": " + newState + (detail.isEmpty() ? "" : " (" + detail + ")"));
    }

    void setTimer(Duration delay, Runnable action) {
        cancelTimer();
        timer = timers.after(delay, action);
    }

    /** Runs it when the state has lasted that long; at once, so to speak, if it has already. */
    void afterInState(Duration duration, Runnable action) {
        Duration left = duration.minus(inState());
        setTimer(left.isNegative() ? Duration.ZERO : left, action);
    }

    boolean hasLasted(Duration duration) {
        return inState().compareTo(duration) >= 0;
    }

    void kill(String reason) {
        if (killReason == null) {
            killReason = reason;
            Attempt.log(Level.WARNING, this + ": killing it: " + reason);
        }
        killUntilGone();
    }

    /** Again and again: a call may fail, or come before a script has started the JVM. */
    private void killUntilGone() {
        setTimer(KILL_AGAIN, this::killUntilGone);
        Attempt.run(process::kill);
    }

    /** @return whether it was asked to; not so if it has no link to the supervisor */
    boolean askToDrain() {
        return Attempt.get(process::drain, false);
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
        Attempt.log(Level.ERROR, this + ": " + reason + "; its threads follow if it can still tell, then it is killed");
        Attempt.run(process::dumpThreads);
        setTimer(THREAD_DUMP_GRACE, this::killUntilGone);
    }

    /** Why it is due to be replaced, or {@code null}. */
    String due(Recycling recycling) {
        long rss = recycling.maxRss() > 0 ? resident() : -1;
        return recycling.due(recyclingFactor, age(), heartbeat.accepted(), rss);
    }

    WorkerStatus status() {
        boolean runs = process != null;
        return new WorkerStatus(
                index,
                runs ? pid() : -1,
                state,
                inState(),
                runs ? age() : Duration.ZERO,
                restarts,
                lastExit,
                runs ? heartbeat.accepted() : 0,
                runs ? heartbeat.open() : 0,
                runs ? heartbeat.heapUsed() : 0,
                runs ? resident() : -1);
    }

    Duration inState() {
        return Duration.ofNanos(timers.nanoTime() - since);
    }

    @Override
    public String toString() {
        long pid = process == null ? exitedPid : pid();
        return "worker " + index + (pid == -1 ? "" : " (pid " + pid + ")");
    }

    private long pid() {
        return Attempt.get(process::pid, -1L);
    }

    private long resident() {
        return Attempt.get(process::residentBytes, -1L);
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
