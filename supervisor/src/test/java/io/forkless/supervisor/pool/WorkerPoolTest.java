package io.forkless.supervisor.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forkless.supervisor.CapturedLog;
import io.forkless.supervisor.pool.FakeWorkers.FakeProcess;
import io.forkless.supervisor.status.LaunchException;
import io.forkless.supervisor.status.Outcome;
import io.forkless.supervisor.status.WorkerState;
import io.forkless.supervisor.status.WorkerStatus;
import java.nio.file.InvalidPathException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every transition of {@link WorkerState}, on simulated time and with simulated processes. */
class WorkerPoolTest extends SimulatedPool {
    @Test
    void start_spawns_every_worker() throws Exception {
        start(3);
        assertThat(workers.launched).extracting(process -> process.index).containsExactly(0, 1, 2);
        assertStates(WorkerState.STARTING, WorkerState.STARTING, WorkerState.STARTING);
    }

    @Test
    void a_worker_that_reports_is_ready_and_its_boot_time_out_is_over() throws Exception {
        start(1);
        timers.advance(BOOT.minus(NANO));
        ready(0);
        timers.advance(BOOT.multipliedBy(2));
        assertStates(WorkerState.READY);
        assertThat(newest(0).kills).isZero();
    }

    @Test
    void a_second_report_changes_nothing() throws Exception {
        start(1);
        ready(0);
        timers.advance(Duration.ofSeconds(5));
        ready(0);
        assertThat(pool.status().get(0).inState()).isEqualTo(Duration.ofSeconds(5));
        assertThat(timers.pending()).isOne();
    }

    @Test
    void that_all_are_ready_is_told_once() throws Exception {
        start(2);
        ready(0);
        assertThat(allReady).isZero();
        ready(1);
        assertThat(allReady).isOne();
        crash(1);
        restart(1);
        ready(1);
        assertThat(allReady).isOne();
    }

    @Test
    void workers_that_were_never_ready_at_the_same_time_are_not_all_ready() throws Exception {
        start(2);
        ready(0);
        crash(0);
        ready(1);
        assertThat(allReady).isZero();
    }

    @Test
    void a_worker_that_is_not_ready_in_time_is_killed_and_counts_as_a_failed_start() throws Exception {
        start(1);
        timers.advance(BOOT.minus(NANO));
        assertThat(newest(0).kills).isZero();
        assertThat(newest(0).dumps).isZero();
        timers.advance(NANO);
        assertThat(newest(0).dumps).isOne();
        assertThat(newest(0).kills).as("first the dump").isZero();
        timers.advance(DUMP_GRACE);
        assertThat(newest(0).kills).isOne();
        assertStates(WorkerState.KILLING);

        exit(0, SIGKILL);
        assertStates(WorkerState.BACKOFF);
        assertThat(pool.status().get(0).lastExit()).isEqualTo("killed: not ready within 60000 ms");
        assertThat(failedStartsLeft()).isEqualTo(MAX_FAILED_STARTS - 1);
    }

    @Test
    void a_worker_that_crashes_while_it_starts_is_started_again() throws Exception {
        start(1);
        crash(0);
        assertStates(WorkerState.BACKOFF);
        timers.advance(Duration.ofMillis(100).minus(NANO));
        assertStates(WorkerState.BACKOFF);
        timers.advance(NANO);
        assertStates(WorkerState.STARTING);
        WorkerStatus status = pool.status().get(0);
        assertThat(status.restarts()).isOne();
        assertThat(status.pid()).isEqualTo(newest(0).pid);
        assertThat(status.lastExit()).isEqualTo("killed by SIGABRT (status 134) before it was ready");
    }

    @Test
    void what_may_have_led_to_a_bad_end_is_told_with_it() throws Exception {
        start(2);
        for (int index = 0; index < 2; index++) {
            ready(index);
            newest(index).remark = " (app.jar was overwritten under it)";
            exit(index, index);
        }
        assertThat(pool.status())
                .extracting(WorkerStatus::lastExit)
                .containsExactly("exited with status 0", "exited with status 1 (app.jar was overwritten under it)");
    }

    @Test
    void a_replacement_has_a_boot_time_out_of_its_own() throws Exception {
        start(1);
        crash(0);
        restart(0);
        timers.advance(BOOT.plus(DUMP_GRACE)
                .minus(MOST_BACKOFF)
                .plus(Duration.ofMillis(100))
                .minus(NANO));
        assertThat(newest(0).kills).isZero();
        timers.advance(NANO);
        assertThat(newest(0).kills).isOne();
    }

    @Test
    void a_worker_that_crashes_after_ten_seconds_of_service_is_no_failed_start() throws Exception {
        start(1);
        for (int i = 0; i < 3 * MAX_FAILED_STARTS; i++) {
            ready(0);
            timers.advance(PROVEN);
            crash(0);
            assertStates(WorkerState.BACKOFF);
            restart(0);
        }
        assertStates(WorkerState.STARTING);
        assertThat(pool.status().get(0).lastExit()).isEqualTo("killed by SIGABRT (status 134)");
    }

    @Test
    void a_worker_that_crashes_soon_after_it_was_ready_is_a_failed_start() throws Exception {
        start(1);
        for (int i = 1; i < MAX_FAILED_STARTS; i++) {
            ready(0);
            timers.advance(PROVEN.minus(NANO));
            crash(0);
            restart(0);
        }
        ready(0);
        crash(0);
        assertThat(outcomes).containsExactly(Outcome.GAVE_UP);
        assertThat(pool.failure())
                .isEqualTo("gave up: worker 0: killed by SIGABRT (status 134); 3 failed starts in a row");
    }

    @Test
    void with_a_longer_hold_a_worker_must_serve_as_long() throws Exception {
        hold = PROVEN.multipliedBy(2);
        start(1);
        for (int i = 0; i < MAX_FAILED_STARTS; i++) {
            assertThat(outcomes).isEmpty();
            if (i > 0) {
                restart(0);
            }
            ready(0);
            timers.advance(hold.minus(NANO));
            crash(0);
        }
        assertThat(outcomes).containsExactly(Outcome.GAVE_UP);
    }

    /** Each is ready when the other one is not: neither proves that starting is possible. */
    @Test
    void two_workers_that_both_crash_soon_after_they_were_ready_are_given_up() throws Exception {
        start(2);
        for (int i = 0; outcomes.isEmpty(); i++) {
            assertThat(i).isLessThan(10 * MAX_FAILED_STARTS);
            for (int index = 0; index < 2; index++) {
                if (stateOf(index) == WorkerState.STARTING) {
                    ready(index);
                }
            }
            timers.advance(Duration.ofSeconds(3));
            for (int index = 0; index < 2; index++) {
                if (stateOf(index) == WorkerState.READY) {
                    crash(index);
                }
            }
            timers.advance(Duration.ofMillis(350));
        }
        assertThat(outcomes).containsExactly(Outcome.GAVE_UP);
    }

    @Test
    void a_worker_that_turns_unready_has_the_boot_time_out_to_be_ready_again() throws Exception {
        startReady(1);
        timers.advance(PROVEN);
        unready(0);
        assertStates(WorkerState.STARTING);
        timers.advance(BOOT.minus(NANO));
        assertThat(newest(0).dumps).isZero();
        ready(0);
        assertStates(WorkerState.READY);
        unready(0);
        timers.advance(BOOT.plus(DUMP_GRACE));
        assertThat(newest(0).kills).isOne();
        exit(0, SIGKILL);
        assertStates(WorkerState.BACKOFF);
        assertThat(status(0).lastExit()).isEqualTo("killed: not ready within 60000 ms");
        assertThat(allReady).isOne();
    }

    @Test
    void a_worker_that_turned_unready_and_drains_with_an_error_may_have_lost_something() throws Exception {
        startReady(1);
        unready(0);
        stop();
        assertStates(WorkerState.DRAINING);
        exit(0, 1);
        assertDone(Outcome.KILLED);
    }

    @Test
    void a_worker_that_is_refused_what_it_needs_is_given_up_at_once_with_the_reason() throws Exception {
        start(1);
        pool.refused(newest(0), "listen [::]:8080: not granted");
        pool.refused(newest(0), "listen 0.0.0.0:8080: not granted");
        assertStates(WorkerState.STARTING);
        exit(0, 1);
        assertThat(outcomes).containsExactly(Outcome.GAVE_UP);
        assertThat(pool.failure()).isEqualTo("gave up: worker 0: listen 0.0.0.0:8080: not granted");
        assertThat(status(0).lastExit()).isEqualTo("listen 0.0.0.0:8080: not granted");
        assertThat(workers.launched).hasSize(1);
    }

    @Test
    void a_worker_that_does_without_what_it_was_refused_is_one_like_any_other() throws Exception {
        start(1);
        pool.refused(newest(0), "listen [::]:8080: not granted");
        ready(0);
        crash(0);
        assertStates(WorkerState.BACKOFF);
        assertThat(status(0).lastExit()).isEqualTo("killed by SIGABRT (status 134)");
    }

    @Test
    void a_worker_that_is_refused_what_it_needs_is_tried_again_while_another_one_serves() throws Exception {
        start(2);
        ready(1);
        timers.advance(PROVEN);
        pool.refused(newest(0), "listen [::]:8080: not granted");
        exit(0, 1);
        assertStates(WorkerState.BACKOFF, WorkerState.READY);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 143, SIGKILL})
    void a_worker_that_was_never_ready_loses_nothing_however_it_ends_at_a_stop(int status) throws Exception {
        start(1);
        newest(0).linked = true;
        stop();
        assertStates(WorkerState.DRAINING);
        exit(0, status);
        assertDone(Outcome.DRAINED);
        assertThat(pool.failure()).isEmpty();
    }

    @Test
    void a_worker_that_has_said_that_it_has_drained_has_lost_nothing_however_it_ends() throws Exception {
        startReady(2);
        stop();
        pool.drained(newest(0));
        exit(0, 1); // a shutdown hook has failed
        exit(1, 0);
        assertDone(Outcome.DRAINED);
    }

    @Test
    void workers_that_were_never_ready_may_be_killed_without_a_loss() throws Exception {
        start(1);
        newest(0).linked = true;
        stop();
        pool.kill();
        exit(0, SIGKILL);
        assertDone(Outcome.DRAINED);
    }

    @Test
    void a_launch_that_fails_in_an_unexpected_way_is_a_failed_start() throws Exception {
        startReady(1);
        workers.disturb = () -> {
            throw new InvalidPathException("?", "disturbed");
        };
        crash(0);
        timers.advance(Duration.ofMillis(100));
        assertStates(WorkerState.BACKOFF);
        assertThat(status(0).lastExit())
                .isEqualTo("cannot start a worker: java.nio.file.InvalidPathException: disturbed: ?");
        workers.disturb = () -> {};
        timers.advance(Duration.ofMillis(200));
        assertStates(WorkerState.STARTING);
    }

    @Test
    void a_kill_that_fails_is_tried_again() throws Exception {
        startReady(1);
        workers.disturb = () -> {
            throw new InternalError("disturbed");
        };
        stop(); // it cannot be asked
        timers.advance(DRAIN);
        assertThat(newest(0).kills).isZero();
        workers.disturb = () -> {};
        timers.advance(Duration.ofSeconds(5));
        assertThat(newest(0).kills).isOne();
    }

    @Test
    void the_status_of_a_worker_without_a_process_has_no_pid() throws Exception {
        start(1);
        crash(0);
        assertThat(pool.status().get(0).pid()).isEqualTo(-1);
    }

    @Test
    void the_delays_double_from_a_tenth_of_a_second_to_half_a_minute() throws Exception {
        start(1);
        for (long millis : new long[] {100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000}) {
            ready(0);
            timers.advance(PROVEN);
            crash(0);
            timers.advance(Duration.ofMillis(millis).minus(NANO));
            assertStates(WorkerState.BACKOFF);
            timers.advance(NANO);
            assertStates(WorkerState.STARTING);
        }
    }

    @Test
    void a_minute_of_health_forgets_earlier_restarts() throws Exception {
        start(1);
        crash(0);
        restart(0);
        ready(0);
        timers.advance(HEALTHY);
        crash(0);
        timers.advance(Duration.ofMillis(100));
        assertStates(WorkerState.STARTING);
    }

    @Test
    void less_than_a_minute_of_health_forgets_nothing() throws Exception {
        start(1);
        crash(0);
        restart(0);
        ready(0);
        timers.advance(HEALTHY.minus(NANO));
        crash(0);
        timers.advance(Duration.ofMillis(200).minus(NANO));
        assertStates(WorkerState.BACKOFF);
    }

    @Test
    void it_gives_up_when_all_have_failed_too_often() throws Exception {
        start(2);
        failUntilGivenUp(0);
        assertStates(WorkerState.FAILED, WorkerState.STARTING);
        assertThat(outcomes).isEmpty();
        failUntilGivenUp(1);
        assertThat(outcomes).containsExactly(Outcome.GAVE_UP);
        assertThat(timers.pending()).isZero();
    }

    @Test
    void no_worker_is_given_up_while_another_one_serves() throws Exception {
        start(2);
        ready(1);
        for (int i = 0; i < 5 * MAX_FAILED_STARTS; i++) {
            crash(0);
            assertStates(WorkerState.BACKOFF, WorkerState.READY);
            restart(0);
        }
    }

    @Test
    void a_worker_that_was_given_up_is_tried_again_as_soon_as_another_one_serves() throws Exception {
        start(2);
        failUntilGivenUp(0);
        ready(1);
        timers.advance(PROVEN.minus(NANO));
        assertStates(WorkerState.FAILED, WorkerState.READY);
        timers.advance(NANO);
        assertStates(WorkerState.BACKOFF, WorkerState.READY);
        restart(0);
        ready(0);
        assertStates(WorkerState.READY, WorkerState.READY);
        assertThat(allReady).isOne();
    }

    @Test
    void a_worker_that_was_given_up_is_tried_again_even_if_the_clock_moves_while_another_one_becomes_ready()
            throws Exception {
        start(2);
        failUntilGivenUp(0);
        timers.passBetweenReadings(NANO);
        ready(1);
        timers.passBetweenReadings(Duration.ZERO);
        timers.advance(PROVEN);
        assertStates(WorkerState.BACKOFF, WorkerState.READY);
    }

    @Test
    void a_start_that_succeeds_ends_the_row_of_failed_ones() throws Exception {
        start(1);
        for (int i = 0; i < MAX_FAILED_STARTS - 1; i++) {
            crash(0);
            restart(0);
        }
        ready(0);
        timers.advance(PROVEN);
        crash(0);
        restart(0);
        assertThat(failedStartsLeft()).isEqualTo(MAX_FAILED_STARTS);
    }

    @Test
    void a_command_that_disappears_counts_as_failed_starts() throws Exception {
        start(1);
        ready(0);
        timers.advance(PROVEN);
        workers.failAfter(0);
        crash(0);
        timers.advance(Duration.ofMinutes(5));
        assertThat(outcomes).containsExactly(Outcome.GAVE_UP);
        assertThat(pool.status().get(0).lastExit()).isEqualTo("cannot start 'app': command not found");
        assertThat(pool.status().get(0).restarts()).isEqualTo(MAX_FAILED_STARTS);
    }

    @Test
    void a_command_that_comes_back_is_started_again() throws Exception {
        start(1);
        ready(0);
        workers.failAfter(0);
        crash(0);
        timers.advance(Duration.ofMillis(100));
        assertStates(WorkerState.BACKOFF);
        workers.failAfter(1);
        timers.advance(Duration.ofMillis(200));
        assertStates(WorkerState.STARTING);
    }

    @Test
    void a_command_that_cannot_be_started_at_first_is_an_error_and_ends_those_that_run() {
        workers.failAfter(2);
        assertThatThrownBy(() -> start(3)).isInstanceOf(LaunchException.class).hasMessageContaining("not found");
        assertThat(workers.launched)
                .hasSize(2)
                .allSatisfy(process -> assertThat(process.kills).isOne());
        exit(0, SIGKILL);
        exit(1, SIGKILL);
        timers.advance(Duration.ofHours(1));
        assertThat(workers.launched).hasSize(2);
        assertThat(outcomes).as("the exception tells it").isEmpty();
    }

    @Test
    void a_worker_that_lost_its_link_and_does_not_exit_is_killed() throws Exception {
        start(2);
        ready(1);
        pool.linkLost(newest(0));
        pool.linkLost(newest(1));
        timers.advance(GRACE.minus(NANO));
        assertThat(newest(0).kills + newest(1).kills).isZero();
        timers.advance(NANO);
        assertThat(newest(0).kills).isOne();
        assertThat(newest(1).kills).isOne();
        exit(1, SIGKILL);
        assertThat(pool.status().get(1).lastExit())
                .isEqualTo("killed: it closed its link to the supervisor and did not exit");
    }

    @Test
    void a_worker_that_lost_its_link_may_exit_by_itself() throws Exception {
        start(1);
        ready(0);
        pool.linkLost(newest(0));
        timers.advance(GRACE.minus(NANO));
        exit(0, 0);
        assertThat(pool.status().get(0).lastExit()).isEqualTo("exited with status 0");
        timers.advance(Duration.ofMillis(100));
        assertStates(WorkerState.STARTING);
        timers.advance(GRACE);
        assertThat(newest(0).kills).isZero();
    }

    @Test
    void a_draining_worker_that_closes_its_link_keeps_its_drain_time_out() throws Exception {
        start(1);
        ready(0);
        stop();
        pool.linkLost(newest(0));
        timers.advance(DRAIN.minus(NANO));
        assertThat(newest(0).kills).isZero();
        timers.advance(NANO);
        assertThat(newest(0).kills).isOne();
    }

    @Test
    void a_ready_worker_drains_when_it_is_to_stop() throws Exception {
        start(1);
        ready(0);
        stop();
        assertStates(WorkerState.DRAINING);
        assertThat(newest(0).drains).isOne();
        exit(0, 0);
        assertDone(Outcome.DRAINED);
    }

    @Test
    void a_starting_worker_that_has_connected_drains_when_it_is_to_stop() throws Exception {
        start(1);
        newest(0).linked = true;
        stop();
        assertStates(WorkerState.DRAINING);
        exit(0, 0);
        assertDone(Outcome.DRAINED);
    }

    @Test
    void a_worker_that_is_slow_to_die_keeps_the_reason_for_which_it_was_killed() throws Exception {
        start(1);
        stop();
        timers.advance(Duration.ofSeconds(5));
        assertThat(newest(0).dumps).isZero();
        assertThat(newest(0).kills).as("tried again").isEqualTo(2);
        assertThat(status(0).state()).isEqualTo(WorkerState.KILLING);
        exit(0, SIGKILL);
        assertThat(status(0).lastExit()).isEqualTo("killed: it has not connected yet and serves nobody");
    }

    @Test
    void a_starting_worker_that_has_not_connected_is_killed_when_it_is_to_stop() throws Exception {
        start(1);
        stop();
        assertThat(newest(0).kills).isOne();
        exit(0, SIGKILL);
        assertDone(Outcome.DRAINED); // it served nobody: nothing is lost
    }

    @Test
    void a_ready_worker_without_a_link_drains_by_itself_when_it_is_to_stop() throws Exception {
        start(1);
        ready(0);
        newest(0).linked = false;
        pool.linkLost(newest(0));
        stop();
        assertStates(WorkerState.DRAINING);
        assertThat(newest(0).kills).isZero();
        exit(0, 0);
        assertDone(Outcome.DRAINED);
    }

    @Test
    void a_worker_that_waits_for_its_restart_is_stopped_at_once() throws Exception {
        start(1);
        crash(0);
        stop();
        assertDone(Outcome.DRAINED);
        timers.advance(Duration.ofHours(1));
        assertThat(workers.launched).hasSize(1);
    }

    @Test
    void a_worker_that_was_given_up_is_stopped_at_once() throws Exception {
        start(2);
        failUntilGivenUp(0);
        newest(1).linked = true;
        stop();
        assertStates(WorkerState.STOPPED, WorkerState.DRAINING);
        exit(1, 0);
        assertDone(Outcome.DRAINED);
    }

    @Test
    void until_the_drain_begins_workers_serve_on_and_are_not_replaced() throws Exception {
        start(2);
        ready(0);
        ready(1);
        pool.stop();
        assertStates(WorkerState.READY, WorkerState.READY);
        crash(0);
        assertStates(WorkerState.STOPPED, WorkerState.READY);
        timers.advance(Duration.ofHours(1));
        assertThat(workers.launched).hasSize(2);
    }

    @Test
    void a_worker_that_does_not_drain_in_time_is_killed() throws Exception {
        start(2);
        ready(0);
        ready(1);
        stop();
        exit(0, 0);
        timers.advance(DRAIN.minus(NANO));
        assertThat(newest(1).kills).isZero();
        timers.advance(NANO);
        assertThat(newest(1).kills).isOne();
        assertThat(newest(0).kills).isZero();
        exit(1, SIGKILL);
        assertDone(Outcome.KILLED);
        assertThat(pool.status().get(1).lastExit()).isEqualTo("killed: not drained within 30 s");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, CRASH, SIGKILL})
    void a_serving_worker_that_does_not_end_well_after_the_stop_has_not_drained(int status) throws Exception {
        start(2);
        ready(0);
        ready(1);
        stop();
        exit(0, 0);
        exit(1, status);
        assertDone(Outcome.KILLED);
    }

    @Test
    void a_second_stop_changes_nothing() throws Exception {
        start(1);
        ready(0);
        stop();
        timers.advance(DRAIN.minusSeconds(1));
        stop();
        assertThat(newest(0).drains).isOne();
        timers.advance(Duration.ofSeconds(1));
        assertThat(newest(0).kills).isOne();
    }

    @Test
    void a_kill_during_the_drain_does_not_wait() throws Exception {
        start(1);
        ready(0);
        stop();
        pool.kill();
        assertThat(newest(0).kills).isOne();
        exit(0, SIGKILL);
        assertDone(Outcome.KILLED);
    }

    @Test
    void a_kill_ends_workers_in_every_state() throws Exception {
        start(4);
        crash(1);
        ready(2);
        ready(3);
        pool.kill();
        assertStates(WorkerState.KILLING, WorkerState.STOPPED, WorkerState.KILLING, WorkerState.KILLING);
        for (int index : new int[] {0, 2, 3}) {
            assertThat(newest(index).kills).isOne();
            exit(index, SIGKILL);
        }
        assertDone(Outcome.KILLED);
    }

    @Test
    void news_of_a_process_that_has_been_replaced_is_ignored() throws Exception {
        start(1);
        FakeProcess old = newest(0);
        crash(0);
        pool.ready(old);
        pool.linkLost(old);
        pool.exited(old, 1);
        assertStates(WorkerState.BACKOFF);
        restart(0);
        pool.ready(old);
        pool.linkLost(old);
        pool.exited(old, 1);
        timers.advance(GRACE);
        assertStates(WorkerState.STARTING);
        assertThat(newest(0).kills).isZero();
    }

    @Test
    void a_draining_worker_is_not_ready_any_more_whatever_it_says() throws Exception {
        start(1);
        newest(0).linked = true;
        stop();
        pool.ready(newest(0));
        assertStates(WorkerState.DRAINING);
        assertThat(pool.status()).noneMatch(worker -> worker.state() == WorkerState.READY);
    }

    @Test
    void the_end_is_told_once() throws Exception {
        start(1);
        failUntilGivenUp(0);
        stop();
        pool.kill();
        stop();
        assertThat(outcomes).containsExactly(Outcome.GAVE_UP);
    }

    @Test
    void every_change_of_state_is_one_line_of_the_log() throws Exception {
        try (CapturedLog log = new CapturedLog()) {
            start(1);
            timers.advance(Duration.ofMillis(1500));
            ready(0);
            crash(0);
            restart(0);
            timers.advance(BOOT.plus(DUMP_GRACE));
            exit(0, SIGKILL);
            restart(0);
            stop();
            exit(0, SIGKILL);
            assertThat(log.lines())
                    .containsExactly(
                            "INFO starting 1 workers",
                            "INFO worker 0 (pid 1000): STARTING",
                            "INFO worker 0 (pid 1000): READY (after 1500 ms)",
                            "INFO all 1 workers are READY (after 1500 ms)",
                            "WARNING worker 0 (pid 1000): BACKOFF"
                                    + " (killed by SIGABRT (status 134); next start in 100 ms)",
                            "INFO worker 0 (pid 1001): STARTING",
                            "SEVERE worker 0 (pid 1001): not ready within 60000 ms; its threads follow if it can still"
                                    + " tell, then it is killed",
                            "WARNING worker 0 (pid 1001): BACKOFF"
                                    + " (killed: not ready within 60000 ms; next start in 200 ms)",
                            "INFO worker 0 (pid 1002): STARTING",
                            "INFO stopping: draining 1 workers",
                            "WARNING worker 0 (pid 1002): killing it: it has not connected yet and serves nobody",
                            "INFO worker 0 (pid 1002): STOPPED (killed: it has not connected yet and serves nobody)",
                            "INFO stopped: DRAINED");
        }
    }

    /** Crashes the first worker until it is given up. */
    private int failedStartsLeft() {
        int starts = 0;
        while (pool.status().get(0).state() != WorkerState.FAILED) {
            if (pool.status().get(0).state() == WorkerState.BACKOFF) {
                restart(0);
            }
            crash(0);
            starts++;
        }
        return starts;
    }
}
