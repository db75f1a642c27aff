package io.forkless.supervisor.pool;

import io.forkless.internal.control.ControlMessage.Heartbeat;
import io.forkless.supervisor.status.SupervisorEvent;
import io.forkless.supervisor.status.SupervisorEvent.Type;
import io.forkless.supervisor.status.WorkerState;
import io.forkless.supervisor.status.WorkerStatus;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * One worker's place in the {@link WorkerPool}: its process, or the wait for the next one. Whoever asks for what its
 * {@linkplain WorkerLife state} does not allow gets an {@link IllegalStateException}, and the slot stays as it is.
 */
final class WorkerSlot {
    /** What a stuck worker gets for writing down what its threads do. */
    private static final Duration THREAD_DUMP_GRACE = Duration.ofSeconds(2);

    /** After that a process that was killed and is still there is killed again. */
    private static final Duration KILL_AGAIN = Duration.ofSeconds(5);

    private final int index;
    private final Timers timers;
    private final WorkerLife life;
    private final WorkerNews news;
    private final StartRecord starts = new StartRecord();

    /** The process that runs, or the latest one; {@code null} if there was none yet. */
    private WorkerRun run;

    private int restarts;
    private String lastExit = "";
    private long cut;
    private boolean refused;
    private boolean retiring;
    private WorkerSlot predecessor;
    private String outdated;

    WorkerSlot(int index, Timers timers, EventLog events) {
        this.index = index;
        this.timers = timers;
        this.life = new WorkerLife(timers);
        this.news = new WorkerNews(this, events);
    }

    int index() {
        return index;
    }

    /** Of the process that runs, or the latest one; -1 if there was none yet. */
    long pid() {
        return run == null ? SupervisorEvent.NONE : run.pid();
    }

    WorkerState state() {
        return life.state();
    }

    boolean is(WorkerState candidate) {
        return life.is(candidate);
    }

    boolean hasProcess() {
        return life.state().hasProcess();
    }

    /** It has a process that serves, or is on its way to it. */
    boolean isInService() {
        return is(WorkerState.STARTING) || is(WorkerState.READY);
    }

    boolean runs(WorkerProcess process) {
        return hasProcess() && run.isOf(process);
    }

    // What happens to its process

    /** @param recyclingFactor varies this process's limits of age and size */
    void launched(WorkerProcess process, double recyclingFactor, Duration bootTimeout) {
        life.make(WorkerTransition.LAUNCH);
        run = new WorkerRun(process, timers, recyclingFactor);
        refused = false;
        outdated = null; // it was started with what there is now
        awaitReady(bootTimeout);
        news.tell(Level.INFO, Type.WORKER_STARTED, "");
    }

    /** Its process was started by an earlier supervisor. */
    void adopted(WorkerProcess process, double recyclingFactor, Duration age) {
        life.make(WorkerTransition.ADOPT);
        run = new WorkerRun(process, timers, recyclingFactor, age);
        run.adopted();
        news.tell(
                Level.INFO,
                Type.WORKER_ADOPTED,
                "adopted; an earlier supervisor has started it " + age.toSeconds() + " s ago");
    }

    void launchFailed(String reason) {
        starts.failed();
        refused = false;
        lastExit = reason;
        news.ended(Type.WORKER_START_FAILED);
    }

    void becomeReady() {
        String detail = "after " + life.inState().toMillis() + " ms";
        life.make(WorkerTransition.BECOME_READY);
        run.ready();
        news.tell(Level.INFO, Type.WORKER_READY, detail);
    }

    /** It has the boot time-out to get ready again. */
    void becomeUnready(Duration bootTimeout) {
        life.make(WorkerTransition.BECOME_UNREADY);
        run.notReady();
        awaitReady(bootTimeout);
        news.tell(Level.INFO, Type.WORKER_UNREADY, "not ready any more");
    }

    /** Kills the worker if it is not ready by then. */
    void awaitReady(Duration bootTimeout) {
        life.after(bootTimeout, () -> {
            if (!run.isDebugged()) {
                killStuck("not ready within " + bootTimeout.toMillis() + " ms");
            }
        });
    }

    void heard(Heartbeat heartbeat) {
        run.heard(heartbeat);
    }

    /** Its silence does not count: it was the supervisor that stood still. */
    void excuse() {
        run.excuse();
    }

    /** So long that it hangs; one that a debugger may have stopped is silent for a good reason. */
    boolean isSilentFor(Duration limit) {
        return run.isSilentFor(limit) && !run.isDebugged();
    }

    /** Its process does not get what it has asked for, ever. It may do without. */
    void requestRefused(String reason) {
        run.refused(reason);
    }

    /** Its process has finished all that it had accepted. */
    void drained() {
        run.drained();
    }

    /** One that drains has a time-out already, and closes its link by itself. */
    void linkLost(Duration grace) {
        if (isInService()) {
            life.after(grace, () -> kill("it closed its link to the supervisor and did not exit"));
        }
    }

    /** Tells its process to drain; kills it if it cannot hear that and serves nobody, or takes longer than the time-out. */
    void drain(Duration timeout) {
        life.require(WorkerTransition.DRAIN);
        boolean asked = run.askToDrain();
        if (!asked && !run.wasEverReady()) {
            kill("it has not connected yet and serves nobody");
            return;
        }
        life.make(WorkerTransition.DRAIN); // one that has lost its link drains by itself
        run.notReady();
        run.drainsFor(timeout);
        life.after(timeout, () -> kill(run.notDrainedInTime()));
        news.tell(Level.INFO, Type.WORKER_DRAINING, "");
    }

    /** Once more if it is being killed already; the reason stays the first one. */
    void kill(String reason) {
        if (!is(WorkerState.KILLING)) {
            life.make(WorkerTransition.KILL);
            run.willBeKilled(reason);
            news.tell(Level.WARNING, Type.WORKER_KILLING, reason, "killing it: " + reason);
        }
        killUntilGone();
    }

    /** Lets it say what its threads do, if it can, and kills it. */
    void killStuck(String reason) {
        life.make(WorkerTransition.KILL);
        run.willBeKilled(reason);
        life.after(THREAD_DUMP_GRACE, this::killUntilGone);
        String line = reason + "; its threads follow if it can still tell, then it is killed";
        news.tell(Level.ERROR, Type.WORKER_KILLING, reason, line);
        run.dumpThreads();
    }

    /** Again and again: a call may fail, or come before a script has started the JVM. */
    private void killUntilGone() {
        life.after(KILL_AGAIN, this::killUntilGone);
        run.kill();
    }

    /** Notes how its process has ended; what becomes of the slot is told next. */
    void exited(OptionalInt status) {
        ProcessExit exit = ProcessExit.of(run, status, retiring);
        news.ended(retiring ? Type.WORKER_EXITED : Type.WORKER_DIED);
        lastExit = exit.reason();
        refused = exit.refused();
        cut = exit.cut();
    }

    /** Where to read what the latest process has printed, as the end of a sentence; empty if nobody knows. */
    String whereOutputIs() {
        return run == null ? "" : run.whereOutputIs();
    }

    /** How many connections the latest process had when it went without having drained, as far as it is known. */
    long cut() {
        return cut;
    }

    boolean mayLoseConnections() {
        return run.mayLoseConnections();
    }

    /** Whether it has been ready for that long without a break, so that its start has succeeded. */
    boolean isReadyFor(Duration duration) {
        return hasProcess() && run.readyFor() != null && run.readyFor().compareTo(duration) >= 0;
    }

    /** The time since it was ready, to be added to what has happened now; empty if it is not ready. */
    String sinceReady() {
        Duration readyFor = run.readyFor();
        return readyFor == null
                ? ""
                : String.format(Locale.ROOT, ", %.1f s after it was ready", readyFor.toMillis() / 1000.0);
    }

    String lastExit() {
        return lastExit;
    }

    /** The age of its process, or of the latest one. */
    Duration age() {
        return run == null ? Duration.ZERO : run.age();
    }

    // What becomes of the slot

    void retryAfter(Duration delay, Runnable start) {
        life.make(WorkerTransition.RETRY);
        life.after(delay, () -> {
            restarts++;
            start.run();
        });
        news.tellEnd(Level.WARNING, lastExit + "; next start in " + delay.toMillis() + " ms");
    }

    void giveUp(String reason) {
        life.make(WorkerTransition.GIVE_UP);
        news.tellEnd(Level.DEBUG, lastExit);
        news.tell(Level.WARNING, Type.WORKER_GIVEN_UP, reason, life.state() + " (" + reason + ")");
    }

    void end(String reason) {
        life.make(WorkerTransition.END);
        news.tellEnd(Level.INFO, reason);
    }

    /** Runs it when the state has lasted that long. */
    void afterInState(Duration duration, Runnable action) {
        life.afterInState(duration, action);
    }

    StartRecord starts() {
        return starts;
    }

    /** Its latest process ended before it was ready, because it did not get what it had asked for. */
    boolean wasRefused() {
        return refused;
    }

    // Its part in a replacement

    /** It is to retire that one as soon as it can be relied on. */
    void replace(WorkerSlot old) {
        predecessor = old;
        restarts = old.restarts + 1;
        lastExit = "worker " + old.index + " was replaced: " + old.outdated;
    }

    boolean isReplacement() {
        return predecessor != null;
    }

    boolean replaces(WorkerSlot other) {
        return predecessor == other;
    }

    /** It can be relied on, and is a worker like any other from now on. Returns the one that is to go. */
    WorkerSlot takeOver() {
        WorkerSlot old = predecessor;
        predecessor = null;
        news.tell(Level.INFO, Type.WORKER_REPLACED, lastExit, "takes the place of " + old);
        return old;
    }

    /** No process will be started here any more, and nobody else's fate depends on it. */
    void retire() {
        retiring = true;
        outdated = null;
        predecessor = null;
    }

    boolean isRetiring() {
        return retiring;
    }

    /** It is to be replaced; one that retires is not. */
    void outdate(String reason) {
        if (!retiring) {
            outdated = reason;
        }
    }

    void keep() {
        outdated = null;
    }

    /** Why it is to be replaced, or {@code null}. */
    String outdated() {
        return outdated;
    }

    boolean isOutdated() {
        return outdated != null;
    }

    /** Why its process is due to be replaced, or {@code null}. */
    String due(Recycling recycling) {
        return run.due(recycling);
    }

    WorkerStatus status() {
        boolean runs = hasProcess();
        Heartbeat heartbeat = runs ? run.heartbeat() : Heartbeat.NONE;
        return new WorkerStatus(
                index,
                runs ? run.pid() : -1,
                life.state(),
                life.inState(),
                runs ? run.age() : Duration.ZERO,
                restarts,
                lastExit,
                heartbeat.accepted(),
                heartbeat.open(),
                heartbeat.heapUsed(),
                runs ? run.resident() : -1);
    }

    @Override
    public String toString() {
        long pid = pid();
        return "worker " + index + (pid == -1 ? "" : " (pid " + pid + ")");
    }
}
