package io.forkless.supervisor.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.internal.control.ControlMessage.Heartbeat;
import io.forkless.supervisor.pool.FakeWorkers.FakeProcess;
import io.forkless.supervisor.status.Outcome;
import io.forkless.supervisor.status.WorkerState;
import io.forkless.supervisor.status.WorkerStatus;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Workers that hang, and workers that are due to be recycled, on simulated time. */
class PoolInspectionTest extends SimulatedPool {
    private static final Recycling AT_100_CONNECTIONS = new Recycling(Duration.ZERO, 100, 0);

    @Test
    void a_silent_worker_writes_its_threads_down_is_killed_and_replaced() throws Exception {
        startReady(1);
        inspectFor(HANG);
        assertThat(newest(0).dumps).isZero();
        inspectFor(SECOND);
        assertThat(newest(0).dumps).isOne();
        assertThat(newest(0).kills).as("first the dump").isZero();
        assertStates(WorkerState.KILLING);
        timers.advance(DUMP_GRACE.minus(NANO));
        assertThat(newest(0).kills).isZero();
        timers.advance(NANO);
        assertThat(newest(0).kills).isOne();

        exit(0, SIGKILL);
        assertStates(WorkerState.BACKOFF);
        assertThat(status(0).lastExit()).isEqualTo("killed: no heartbeat for 30000 ms: it hangs");
        restart(0);
        ready(0);
        inspectFor(SECOND);
        assertThat(newest(0).dumps).isZero();
    }

    @Test
    void the_dump_is_asked_for_once() throws Exception {
        startReady(1);
        inspectFor(HANG.plusSeconds(10));
        assertThat(newest(0).dumps).isOne();
        assertThat(newest(0).kills).as("until it is gone").isGreaterThan(1);
    }

    @Test
    void a_worker_that_reports_in_time_is_left_alone() throws Exception {
        startReady(2);
        for (int i = 0; i < 10; i++) {
            inspectFor(HANG.minusSeconds(1));
            beat(0);
            beat(1);
        }
        assertThat(workers.launched).allMatch(process -> process.dumps == 0 && process.kills == 0);
    }

    /** At a breakpoint, say. */
    @Test
    void a_worker_under_a_debugger_may_be_silent_for_as_long_as_it_likes() throws Exception {
        startReady(2);
        newest(0).debugged = true;
        inspectFor(HANG.multipliedBy(3));
        assertThat(newest(0).dumps).isZero();
        assertThat(stateOf(0)).isEqualTo(WorkerState.READY);
        assertThat(newest(1).dumps).isOne();
    }

    @Test
    void a_worker_under_a_debugger_may_take_its_time_to_get_ready() throws Exception {
        start(2);
        newest(0).debugged = true;
        timers.advance(BOOT.multipliedBy(3));
        assertStates(WorkerState.STARTING, WorkerState.KILLING);
        ready(0);
        unready(0);
        timers.advance(BOOT.multipliedBy(3));
        assertThat(stateOf(0)).isEqualTo(WorkerState.STARTING);
    }

    @Test
    void only_the_silent_one_is_killed() throws Exception {
        startReady(2);
        inspectFor(HANG.minusSeconds(1));
        beat(1);
        inspectFor(SECOND.multipliedBy(2));
        assertThat(newest(0).dumps).isOne();
        assertThat(newest(1).dumps).isZero();
    }

    @Test
    void a_heartbeat_of_a_process_that_is_gone_is_ignored() throws Exception {
        startReady(1);
        FakeProcess old = newest(0);
        crash(0);
        restart(0);
        ready(0);
        pool.heartbeat(old, new Heartbeat(7, 7, 7));
        assertThat(status(0).accepted()).isZero();
    }

    @Test
    void if_it_was_the_supervisor_that_stood_still_nobody_is_killed() throws Exception {
        startReady(2);
        timers.advance(HANG.multipliedBy(10));
        pool.inspect();
        inspectFor(HANG);
        assertThat(workers.launched).allMatch(process -> process.dumps == 0);
        inspectFor(SECOND);
        assertThat(workers.launched).allMatch(process -> process.dumps == 1);
    }

    @Test
    void a_supervisor_that_stood_still_for_as_long_as_a_short_hang_time_out_kills_nobody() throws Exception {
        hang = Duration.ofSeconds(3);
        startReady(1);
        inspectFor(SECOND);
        timers.advance(hang);
        pool.inspect();
        assertThat(newest(0).dumps).isZero();
        inspectFor(hang.plusSeconds(1));
        assertThat(newest(0).dumps).isOne();
    }

    @Test
    void a_hang_time_out_of_zero_is_off() throws Exception {
        hang = Duration.ZERO;
        startReady(1);
        inspectFor(Duration.ofMinutes(10));
        assertThat(newest(0).dumps + newest(0).kills).isZero();
    }

    @Test
    void a_worker_that_starts_or_drains_has_other_time_outs() throws Exception {
        startReady(1);
        pool.scale(2);
        pool.restart();
        inspectFor(HANG.plusSeconds(1));
        assertThat(newest(1).dumps + newest(2).dumps).isZero();
        assertThat(newest(0).dumps).isOne();
    }

    @Test
    void a_worker_without_a_link_is_ended_for_that_alone() throws Exception {
        startReady(1);
        pool.linkLost(newest(0));
        inspectFor(GRACE);
        assertThat(newest(0).dumps).isZero();
        assertThat(newest(0).kills).isOne();
    }

    @Test
    void a_hung_worker_that_loses_its_link_is_killed_as_soon() throws Exception {
        startReady(1);
        inspectFor(HANG.plusSeconds(1));
        pool.linkLost(newest(0));
        timers.advance(DUMP_GRACE);
        assertThat(newest(0).kills).isOne();
    }

    @Test
    void a_hung_worker_is_killed_as_soon_during_a_stop() throws Exception {
        startReady(2);
        inspectFor(HANG.minusSeconds(1));
        beat(1);
        inspectFor(SECOND.multipliedBy(2));
        stop();
        assertThat(stateOf(1)).isEqualTo(WorkerState.DRAINING);
        timers.advance(DUMP_GRACE);
        assertThat(newest(0).kills).isOne();
        exit(0, SIGKILL);
        exit(1, 0);
        assertDone(Outcome.KILLED);
    }

    @Test
    void a_hung_worker_is_killed_as_soon_when_it_is_one_too_many() throws Exception {
        startReady(1);
        inspectFor(HANG.plusSeconds(1));
        CompletableFuture<Void> result = pool.restart();
        ready(1);
        timers.advance(DUMP_GRACE);
        assertThat(newest(0).kills).isOne();
        exit(0, SIGKILL);
        assertFailed(
                result,
                "restarted 1 workers, but connections may have been lost: worker 0 (pid 1000): killed: no heartbeat for"
                        + " 30000 ms: it hangs");
        assertIndexes(1);
    }

    @Test
    void a_hung_worker_that_is_due_to_be_recycled_is_not_replaced_twice() throws Exception {
        recycling = AT_100_CONNECTIONS;
        surge = 2;
        startReady(1);
        beat(0, 200);
        inspectFor(HANG.plusSeconds(1)); // its replacement does not get ready before it hangs
        assertThat(newest(0).dumps).isOne();
        ready(1);
        inspectFor(SECOND);
        assertThat(newest(0).kills).as("still about to be killed").isZero();
        assertThat(workers.launched).hasSize(2);
    }

    @Test
    void the_status_has_the_numbers_of_the_latest_heartbeat() throws Exception {
        startReady(1);
        beat(0, 5);
        beat(0, 12);
        newest(0).resident = 1 << 20;
        timers.advance(SECOND);
        WorkerStatus status = status(0);
        assertThat(status.accepted()).isEqualTo(12);
        assertThat(status.open()).isOne();
        assertThat(status.heapUsed()).isEqualTo(2);
        assertThat(status.resident()).isEqualTo(1 << 20);
        assertThat(status.uptime()).isEqualTo(SECOND);
        crash(0);
        assertThat(status(0))
                .extracting(WorkerStatus::accepted, WorkerStatus::open, WorkerStatus::heapUsed, WorkerStatus::resident)
                .containsExactly(0L, 0L, 0L, -1L);
        assertThat(status(0).uptime()).isZero();
    }

    @Test
    void a_worker_that_has_accepted_enough_is_replaced() throws Exception {
        recycling = AT_100_CONNECTIONS;
        startReady(2);
        beat(0, 99);
        beat(1, 0);
        inspectFor(SECOND);
        assertThat(workers.launched).hasSize(2);
        beat(0, 100);
        inspectFor(SECOND);
        assertThat(workers.launched).hasSize(3);
        assertThat(status(2).lastExit()).isEqualTo("worker 0 was replaced: it has accepted 100 connections");
        assertThat(newest(0).drains).isZero();
        ready(2);
        assertThat(newest(0).drains).isOne();
        exit(0, 0);
        assertIndexes(1, 2);
    }

    @Test
    void a_worker_that_is_old_enough_is_replaced() throws Exception {
        hang = Duration.ZERO;
        recycling = new Recycling(Duration.ofMinutes(1), 0, 0);
        start(1);
        timers.advance(Duration.ofSeconds(30));
        ready(0);
        inspectFor(Duration.ofSeconds(29));
        assertThat(workers.launched).hasSize(1);
        inspectFor(SECOND);
        assertThat(workers.launched).as("since the process was started").hasSize(2);
        assertThat(status(1).lastExit()).isEqualTo("worker 0 was replaced: it is 60 s old");
    }

    @Test
    void a_worker_that_has_grown_enough_is_replaced() throws Exception {
        recycling = new Recycling(Duration.ZERO, 0, 512L << 20);
        startReady(1);
        newest(0).resident = (512L << 20) - 1;
        inspectFor(SECOND);
        newest(0).resident = -1; // not known
        inspectFor(SECOND);
        assertThat(workers.launched).hasSize(1);
        newest(0).resident = 512L << 20;
        inspectFor(SECOND);
        assertThat(status(1).lastExit()).isEqualTo("worker 0 was replaced: it has 512 MiB resident");
    }

    @Test
    void the_limits_vary_by_a_tenth_so_that_workers_do_not_go_together() throws Exception {
        random = new SplittableRandom(1);
        recycling = new Recycling(Duration.ofSeconds(1000), 0, 0);
        hang = Duration.ZERO;
        surge = 100;
        startReady(100);
        inspectFor(Duration.ofSeconds(899));
        assertThat(workers.launched).hasSize(100);
        inspectFor(Duration.ofSeconds(100));
        assertThat(workers.launched).hasSizeBetween(125, 175);
        inspectFor(Duration.ofSeconds(102));
        assertThat(workers.launched).hasSizeBetween(190, 200);
    }

    @Test
    void no_more_are_recycled_at_a_time_than_the_surge_allows() throws Exception {
        recycling = AT_100_CONNECTIONS;
        startReady(3);
        for (int i = 0; i < 3; i++) {
            beat(i, 100);
        }
        inspectFor(SECOND);
        assertThat(workers.launched).hasSize(4);
        ready(3);
        assertThat(workers.launched).as("those that drain do not count").hasSize(5);
        assertThat(stateOf(0)).isEqualTo(WorkerState.DRAINING);
    }

    @Test
    void however_often_workers_are_recycled_while_old_ones_drain_the_processes_do_not_pile_up() throws Exception {
        hang = Duration.ZERO;
        recycling = new Recycling(SECOND, 0, 0);
        startReady(2);
        for (int second = 0; second < DRAIN.toSeconds() - 2; second++) {
            inspectFor(SECOND);
            pool.status().stream()
                    .filter(worker -> worker.state() == WorkerState.STARTING)
                    .forEach(worker -> ready(worker.index()));
            assertThat(pool.status().stream().filter(worker -> worker.state() == WorkerState.READY))
                    .as("never fewer that serve")
                    .hasSizeGreaterThanOrEqualTo(2);
        }
        assertThat(pool.status()).hasSize(2 * 2 + surge);
    }

    @Test
    void after_a_replacement_that_failed_nothing_is_recycled_for_a_minute() throws Exception {
        hang = Duration.ZERO;
        recycling = AT_100_CONNECTIONS;
        startReady(1);
        beat(0, 100);
        inspectFor(SECOND);
        crash(1);
        assertStates(WorkerState.READY);
        inspectFor(Duration.ofSeconds(59));
        assertThat(workers.launched).hasSize(2);
        inspectFor(SECOND);
        assertThat(workers.launched).hasSize(3);
    }

    @Test
    void a_worker_that_was_recycled_counts_anew() throws Exception {
        hang = Duration.ZERO;
        recycling = AT_100_CONNECTIONS;
        startReady(1);
        beat(0, 100);
        inspectFor(SECOND);
        ready(1);
        exit(0, 0);
        inspectFor(Duration.ofMinutes(5));
        assertThat(workers.launched).hasSize(2);
    }

    @Test
    void a_worker_that_does_not_serve_is_not_recycled() throws Exception {
        hang = Duration.ZERO;
        recycling = new Recycling(Duration.ofSeconds(1), 0, 0);
        start(1);
        inspectFor(Duration.ofSeconds(10));
        stop();
        inspectFor(Duration.ofSeconds(10));
        assertThat(workers.launched).hasSize(1);
    }

    @Test
    void after_a_stop_nobody_is_recycled() throws Exception {
        recycling = AT_100_CONNECTIONS;
        startReady(1);
        beat(0, 100);
        pool.stop();
        inspectFor(SECOND);
        assertThat(workers.launched).hasSize(1);
    }

    @Test
    void a_restart_during_a_recycling_replaces_the_others_as_well() throws Exception {
        recycling = AT_100_CONNECTIONS;
        startReady(2);
        beat(0, 100);
        inspectFor(SECOND);
        CompletableFuture<Void> result = pool.restart();
        ready(2);
        exit(0, 0); // 3 replaces 1
        ready(3);
        exit(1, 0); // 0 replaces 2, which was starting when the restart came
        ready(0);
        assertThat(result).isNotDone();
        exit(2, 0);
        assertSucceeded(result);
    }

    private void inspectFor(Duration duration) {
        for (Duration left = duration; !left.isZero(); left = left.minus(SECOND)) {
            timers.advance(SECOND);
            pool.inspect();
        }
    }
}
