package io.forkless.supervisor.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.internal.control.ControlMessage.Heartbeat;
import io.forkless.supervisor.pool.FakeWorkers.FakeProcess;
import io.forkless.supervisor.status.Outcome;
import io.forkless.supervisor.status.SupervisorEvent;
import io.forkless.supervisor.status.WorkerState;
import io.forkless.supervisor.status.WorkerStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/** A {@link WorkerPool} on simulated time and with simulated processes. */
abstract class SimulatedPool {
    static final Duration BOOT = Duration.ofSeconds(60);
    static final Duration PROVEN = Duration.ofSeconds(10);
    static final Duration DRAIN = Duration.ofSeconds(30);
    static final Duration HANG = Duration.ofSeconds(30);
    static final Duration DUMP_GRACE = Duration.ofSeconds(2);
    static final Duration HEALTHY = Duration.ofSeconds(60);
    static final Duration GRACE = Duration.ofSeconds(10);
    static final Duration MOST_BACKOFF = Duration.ofSeconds(30);
    static final Duration NANO = Duration.ofNanos(1);
    static final Duration SECOND = Duration.ofSeconds(1);
    static final int MAX_FAILED_STARTS = 3;
    static final int CRASH = 134;
    static final int SIGKILL = 137;

    /** The middle of its range: no jitter. */
    private static final RandomGenerator HALF = () -> Long.MIN_VALUE;

    final VirtualTimers timers = new VirtualTimers();
    final FakeWorkers workers = new FakeWorkers();
    final FakeQueues queues = new FakeQueues();
    final List<Outcome> outcomes = new ArrayList<>();
    final List<SupervisorEvent> events = new ArrayList<>();
    RandomGenerator random = HALF;
    Duration hang = HANG;
    Duration hold = Duration.ZERO;
    int surge = 1;
    int maxFailedStarts = MAX_FAILED_STARTS;
    Recycling recycling = Recycling.NEVER;
    int allReady;
    SupervisorLife life;
    WorkerPool pool;

    void start(int count) throws IOException {
        make(count);
        pool.start();
    }

    /** Begins with what an earlier supervisor has left. */
    void adopt(int count, Orphan... orphans) throws IOException {
        make(count);
        pool.start(List.of(orphans), pool.workers());
    }

    /** A worker that an earlier supervisor has started, and left. */
    Orphan orphan(int index, Duration age, Orphan.Condition condition) {
        return new Orphan(workers.leave(index), index, age, condition);
    }

    private void make(int count) {
        Settings settings =
                new Settings(count, BOOT, hold, DRAIN, hang, HEALTHY, maxFailedStarts, GRACE, surge, recycling);
        Backoff backoff = new Backoff(Duration.ofMillis(100), MOST_BACKOFF, random);
        outcomes.clear();
        events.clear();
        life = new SupervisorLife();
        life.make(SupervisorTransition.START);
        pool = new WorkerPool(
                life, settings, backoff, timers, workers, queues, () -> allReady++, outcomes::add, events::add);
    }

    /** So many workers that are all ready. */
    void startReady(int count) throws IOException {
        start(count);
        for (int i = 0; i < count; i++) {
            ready(i);
        }
    }

    FakeProcess newest(int index) {
        return workers.newest(index);
    }

    void ready(int index) {
        newest(index).linked = true;
        pool.ready(newest(index));
    }

    void unready(int index) {
        pool.unready(newest(index));
    }

    void exit(int index, int status) {
        pool.exited(newest(index), status);
    }

    void crash(int index) {
        exit(index, CRASH);
    }

    void beat(int index) {
        beat(index, 0);
    }

    void beat(int index, long accepted) {
        pool.heartbeat(newest(index), new Heartbeat(accepted, 1, 2));
    }

    void beatWithOpen(int index, long open) {
        pool.heartbeat(newest(index), new Heartbeat(10, open, 2));
    }

    /** Lets the backoff pass; what it starts is that worker's next process. */
    void restart(int index) {
        assertThat(stateOf(index)).isEqualTo(WorkerState.BACKOFF);
        timers.advance(MOST_BACKOFF);
    }

    void stop() {
        pool.stop();
        emptyQueues();
    }

    /** The second half of a stop. */
    void emptyQueues() {
        queues.closed(true);
    }

    void failUntilGivenUp(int index) {
        for (int i = 0; i < MAX_FAILED_STARTS - 1; i++) {
            crash(index);
            assertThat(stateOf(index)).isEqualTo(WorkerState.BACKOFF);
            timers.advance(Duration.ofMillis(100 << i)); // no further: others have boot time-outs
        }
        crash(index);
        assertThat(stateOf(index)).isEqualTo(WorkerState.FAILED);
    }

    WorkerStatus status(int index) {
        return pool.status().stream()
                .filter(worker -> worker.index() == index)
                .findAny()
                .orElseThrow(() -> new AssertionError("no worker " + index + " in " + pool.status()));
    }

    WorkerState stateOf(int index) {
        return status(index).state();
    }

    /** Of all places, in the order of their indexes. */
    void assertStates(WorkerState... expected) {
        assertThat(pool.status()).extracting(WorkerStatus::state).containsExactly(expected);
    }

    void assertIndexes(Integer... expected) {
        assertThat(pool.status()).extracting(WorkerStatus::index).containsExactly(expected);
    }

    void assertDone(Outcome outcome) {
        assertThat(outcomes).containsExactly(outcome);
        assertThat(pool.status()).extracting(WorkerStatus::state).containsOnly(WorkerState.STOPPED);
        assertThat(timers.pending()).isZero();
        assertThat(life.state()).isEqualTo(SupervisorState.ENDED);
    }

    static void assertSucceeded(CompletableFuture<Void> result) {
        assertThat(result).isCompleted();
    }

    static void assertFailed(CompletableFuture<Void> result, String reason) {
        assertThat(result).isCompletedExceptionally();
        assertThat(result.handle((nothing, failure) -> failure).join())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(reason);
    }
}
