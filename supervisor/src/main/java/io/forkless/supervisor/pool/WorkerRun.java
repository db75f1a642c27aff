package io.forkless.supervisor.pool;

import io.forkless.internal.control.ControlMessage.Heartbeat;
import io.forkless.supervisor.output.Attempt;
import java.time.Duration;

/** One process of a {@link WorkerSlot}, and what has become known of it. The next process gets another one. */
final class WorkerRun {
    private final WorkerProcess process;
    private final Timers timers;
    private final double recyclingFactor;
    private final long launchedAt;

    /** Whether it may have connections: it was ready at least once. */
    private boolean everReady;

    /** Since when it has been ready; {@code null} if it is not now. */
    private Long readySince;

    private Heartbeat heartbeat = Heartbeat.NONE;
    private long heardAt;
    private String refusal;
    private Duration drainTimeout = Duration.ZERO;
    private long drainsSince;
    private boolean drained;
    private String killReason;

    /** @param recyclingFactor varies its limits of age and size */
    WorkerRun(WorkerProcess process, Timers timers, double recyclingFactor) {
        this(process, timers, recyclingFactor, Duration.ZERO);
    }

    /** @param age of the process */
    WorkerRun(WorkerProcess process, Timers timers, double recyclingFactor, Duration age) {
        this.process = process;
        this.timers = timers;
        this.recyclingFactor = recyclingFactor;
        this.launchedAt = timers.nanoTime() - age.toNanos();
    }

    boolean isOf(WorkerProcess candidate) {
        return process == candidate;
    }

    void ready() {
        everReady = true;
        readySince = timers.nanoTime();
        heardAt = readySince;
    }

    /** It has served since it was launched, as far as is known. */
    void adopted() {
        ready();
        readySince = launchedAt;
    }

    void notReady() {
        readySince = null;
    }

    boolean wasEverReady() {
        return everReady;
    }

    /** For how long it has been ready without a break, also while it is being killed; {@code null} if it is not ready. */
    Duration readyFor() {
        return readySince == null ? null : Duration.ofNanos(timers.nanoTime() - readySince);
    }

    void heard(Heartbeat news) {
        heartbeat = news;
        heardAt = timers.nanoTime();
    }

    /** As if it had just reported: it was the supervisor that stood still. */
    void excuse() {
        heardAt = timers.nanoTime();
    }

    /** A debugger may stop it for as long as it likes. */
    boolean isDebugged() {
        return Attempt.get(process::isDebugged, false);
    }

    boolean isSilentFor(Duration limit) {
        return timers.nanoTime() - heardAt > limit.toNanos();
    }

    Heartbeat heartbeat() {
        return heartbeat;
    }

    void refused(String reason) {
        refusal = reason;
    }

    /** Why it does not get what it has asked for, ever; {@code null} if there is no such thing. */
    String refusal() {
        return refusal;
    }

    void drained() {
        drained = true;
    }

    /** One that was never ready has had no connection, and one that has drained has none any more. */
    boolean mayLoseConnections() {
        return everReady && !drained;
    }

    /** @return whether it was asked to; not so if it has no link to the supervisor */
    boolean askToDrain() {
        return Attempt.get(process::drain, false);
    }

    void drainsFor(Duration timeout) {
        drainTimeout = timeout;
        drainsSince = timers.nanoTime();
    }

    /** A worker ends by itself when nine tenths of the time-out are over. */
    boolean hasUsedUpItsDrain() {
        long nineTenths = drainTimeout.multipliedBy(9).dividedBy(10).toNanos();
        return !drainTimeout.isZero() && timers.nanoTime() - drainsSince >= nineTenths;
    }

    String notDrainedInTime() {
        boolean whole = drainTimeout.toMillis() % 1000 == 0;
        return "not drained within " + (whole ? drainTimeout.toSeconds() + " s" : drainTimeout.toMillis() + " ms");
    }

    void willBeKilled(String reason) {
        killReason = reason;
    }

    /** {@code null} if nobody wanted to kill it. */
    String killReason() {
        return killReason;
    }

    /** What may have led to its end, if that was not well; empty if nothing is known. */
    String remark() {
        return Attempt.get(process::remark, "");
    }

    String whereOutputIs() {
        return Attempt.get(process::whereOutputIs, "");
    }

    void dumpThreads() {
        Attempt.run(process::dumpThreads);
    }

    void kill() {
        Attempt.run(process::kill);
    }

    /** Why it is due to be replaced, or {@code null}. */
    String due(Recycling recycling) {
        long rss = recycling.maxRss() > 0 ? resident() : -1;
        return recycling.due(recyclingFactor, age(), heartbeat.accepted(), rss);
    }

    /** -1 if it cannot be told. */
    long pid() {
        return Attempt.get(process::pid, -1L);
    }

    /** In bytes, -1 if it is not known. */
    long resident() {
        return Attempt.get(process::residentBytes, -1L);
    }

    Duration age() {
        return Duration.ofNanos(timers.nanoTime() - launchedAt);
    }
}
