package io.forkless.supervisor.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.forkless.supervisor.CapturedLog;
import io.forkless.supervisor.status.NotDrainedException;
import io.forkless.supervisor.status.Outcome;
import io.forkless.supervisor.status.WorkerState;
import io.forkless.supervisor.status.WorkerStatus;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The rolling restart, on simulated time. */
class PoolRestartTest extends SimulatedPool {
    private static final String STOPPED =
            "restart aborted: the supervisor was told to stop; %d of %d workers were replaced";

    @Test
    void the_old_worker_drains_only_when_its_replacement_is_ready() throws Exception {
        startReady(1);
        CompletableFuture<Void> result = pool.restart();
        assertStates(WorkerState.READY, WorkerState.STARTING);
        assertThat(newest(0).drains).isZero();
        timers.advance(BOOT.minus(NANO));
        assertThat(newest(0).drains).isZero();

        ready(1);
        assertStates(WorkerState.DRAINING, WorkerState.READY);
        assertThat(newest(0).drains).isOne();
        assertThat(result).isNotDone();

        exit(0, 0);
        assertIndexes(1);
        assertSucceeded(result);
        assertThat(workers.launched).hasSize(2);
    }

    @Test
    void the_replacements_start_one_after_the_other_and_the_old_workers_drain_beside_each_other() throws Exception {
        startReady(3);
        CompletableFuture<Void> result = pool.restart();
        for (int old = 0; old < 3; old++) {
            assertThat(workers.launched).as("one starts at a time").hasSize(4 + old);
            assertThat(newest(old).drains).isZero();
            ready(3 + old);
            assertThat(newest(old).drains).isOne();
        }
        assertStates(
                WorkerState.DRAINING,
                WorkerState.DRAINING,
                WorkerState.DRAINING,
                WorkerState.READY,
                WorkerState.READY,
                WorkerState.READY);
        for (int old = 0; old < 3; old++) {
            assertThat(result).isNotDone();
            exit(old, 0);
        }
        assertSucceeded(result);
        assertIndexes(3, 4, 5);
        assertThat(workers.launched).hasSize(6);
        assertThat(workers.launched.subList(0, 3)).allMatch(process -> process.drains == 1);
        assertThat(workers.launched).allMatch(process -> process.kills == 0);
    }

    @Test
    void a_greater_surge_starts_several_at_a_time() throws Exception {
        surge = 2;
        startReady(3);
        CompletableFuture<Void> result = pool.restart();
        assertIndexes(0, 1, 2, 3, 4);
        ready(3);
        assertThat(workers.launched).as("two start, one drains").hasSize(6);
        ready(4);
        ready(5);
        assertStates(
                WorkerState.DRAINING,
                WorkerState.DRAINING,
                WorkerState.DRAINING,
                WorkerState.READY,
                WorkerState.READY,
                WorkerState.READY);
        exit(1, 0);
        exit(0, 0);
        assertThat(result).isNotDone();
        exit(2, 0);
        assertSucceeded(result);
        assertThat(workers.launched).hasSize(6);
    }

    @Test
    void a_restart_may_have_a_surge_of_its_own_and_the_next_one_has_the_usual_one() throws Exception {
        startReady(3);
        CompletableFuture<Void> result = pool.restart(3);
        assertIndexes(0, 1, 2, 3, 4, 5);
        for (int i = 0; i < 3; i++) {
            ready(3 + i);
            exit(i, 0);
        }
        assertSucceeded(result);
        pool.restart();
        assertThat(workers.launched).hasSize(7);
    }

    @Test
    void a_surge_that_is_out_of_range_is_refused() throws Exception {
        startReady(1);
        assertThatIllegalArgumentException().isThrownBy(() -> pool.restart(0));
        assertThatIllegalArgumentException().isThrownBy(() -> pool.restart(1025));
        assertThat(workers.launched).hasSize(1);
    }

    @Test
    void a_second_restart_begins_while_the_old_workers_of_the_first_one_drain_and_a_third_one_waits_for_them()
            throws Exception {
        startReady(2);
        pool.restart();
        ready(2);
        ready(3); // 0 and 1 drain
        pool.restart();
        assertThat(workers.launched).hasSize(5);
        ready(4);
        assertThat(workers.launched)
                .as("as many drain as there are workers, and the surge")
                .hasSize(5);
        assertStates(
                WorkerState.DRAINING, WorkerState.DRAINING, WorkerState.DRAINING, WorkerState.READY, WorkerState.READY);
        CompletableFuture<Void> third = pool.restart();
        assertThat(workers.launched).hasSize(5);
        exit(0, 0);
        assertThat(workers.launched).hasSize(6);
        ready(0);
        assertThat(workers.launched).hasSize(6);
        exit(1, 0);
        exit(2, 0);
        ready(1);
        exit(3, 0);
        exit(4, 0);
        assertSucceeded(third);
        assertIndexes(0, 1);
        assertThat(workers.launched).hasSize(7);
    }

    @Test
    void what_was_cut_at_the_drain_time_out_is_told_of_each_worker_and_in_sum() throws Exception {
        startReady(3);
        CompletableFuture<Void> result = pool.restart(3);
        for (int i = 0; i < 3; i++) {
            ready(3 + i);
        }
        beatWithOpen(0, 3);
        beatWithOpen(1, 1);
        timers.advance(DRAIN.multipliedBy(9).dividedBy(10));
        exit(0, 1);
        exit(2, 1); // it has told nothing
        timers.advance(DRAIN);
        exit(1, SIGKILL);
        assertFailed(
                result,
                "restarted 3 workers, but connections may have been lost: worker 0 (pid 1000): not drained within 30 s:"
                        + " exited with status 1, 3 connections cut; worker 2 (pid 1002): not drained within 30 s: exited"
                        + " with status 1; worker 1 (pid 1001): killed: not drained within 30 s, 1 connection cut; 4"
                        + " connections cut in all");
    }

    @Test
    void a_worker_that_has_drained_has_cut_nothing_however_its_exit_fails() throws Exception {
        startReady(1);
        CompletableFuture<Void> result = pool.restart();
        ready(1);
        beatWithOpen(0, 3);
        pool.drained(newest(0));
        exit(0, 1);
        assertSucceeded(result);
    }

    @Test
    void a_surge_beyond_the_number_of_workers_starts_no_more_than_are_needed() throws Exception {
        surge = 10;
        startReady(2);
        pool.restart();
        assertThat(workers.launched).hasSize(4);
    }

    @Test
    void a_replacement_carries_on_the_count_of_restarts_and_says_why() throws Exception {
        startReady(1);
        pool.restart();
        assertThat(status(1).restarts()).isOne();
        assertThat(status(1).lastExit()).isEqualTo("worker 0 was replaced: restart");
    }

    @Test
    void a_replacement_that_exits_before_it_is_ready_ends_the_restart_and_the_others_serve_on() throws Exception {
        startReady(2);
        CompletableFuture<Void> result = pool.restart();
        exit(2, 3);
        assertFailed(
                result,
                "restart aborted: replacement worker 2 (pid 1002) failed: exited with status 3 before it was ready;"
                        + " 0 of 2 workers were replaced");
        assertStates(WorkerState.READY, WorkerState.READY);
        timers.advance(Duration.ofHours(1));
        assertThat(workers.launched).hasSize(3);
        assertThat(workers.launched.subList(0, 2)).allMatch(process -> process.drains == 0 && process.kills == 0);
    }

    @Test
    void a_replacement_that_is_not_ready_in_time_is_killed_and_ends_the_restart() throws Exception {
        startReady(1);
        CompletableFuture<Void> result = pool.restart();
        timers.advance(BOOT.plus(DUMP_GRACE));
        assertThat(newest(1).kills).isOne();
        assertThat(result).isNotDone();
        exit(1, SIGKILL);
        assertFailed(
                result,
                "restart aborted: replacement worker 1 (pid 1001) failed: killed: not ready within 60000 ms; 0 of 1"
                        + " workers were replaced");
        assertStates(WorkerState.READY);
    }

    @Test
    void a_replacement_that_reports_when_it_is_being_killed_does_not_make_the_old_one_go() throws Exception {
        startReady(1);
        CompletableFuture<Void> result = pool.restart();
        timers.advance(BOOT);
        ready(1); // a moment too late
        assertStates(WorkerState.READY, WorkerState.KILLING);
        timers.advance(DUMP_GRACE);
        assertThat(newest(1).kills).isOne();
        assertThat(newest(0).drains).isZero();
        exit(1, SIGKILL);
        assertThat(result).isCompletedExceptionally();
    }

    @Test
    void a_replacement_that_loses_its_link_is_killed_and_ends_the_restart() throws Exception {
        startReady(1);
        CompletableFuture<Void> result = pool.restart();
        pool.linkLost(newest(1));
        timers.advance(GRACE);
        exit(1, SIGKILL);
        assertThat(result).isCompletedExceptionally();
        assertStates(WorkerState.READY);
    }

    @Test
    void a_command_that_cannot_be_started_ends_the_restart_at_once() throws Exception {
        startReady(2);
        workers.failAfter(0);
        CompletableFuture<Void> result = pool.restart();
        assertFailed(
                result,
                "restart aborted: replacement worker 2 failed: cannot start 'app': command not found; 0 of 2 workers were"
                        + " replaced");
        assertStates(WorkerState.READY, WorkerState.READY);
    }

    @Test
    void a_command_that_cannot_be_started_any_more_leaves_those_that_are_replaced() throws Exception {
        startReady(3);
        CompletableFuture<Void> result = pool.restart();
        workers.failAfter(0);
        ready(3);
        exit(0, 0);
        assertThat(result).isCompletedExceptionally();
        assertIndexes(1, 2, 3);
        assertStates(WorkerState.READY, WorkerState.READY, WorkerState.READY);
    }

    @Test
    void the_failure_of_one_replacement_calls_off_the_others_that_start() throws Exception {
        surge = 3;
        startReady(3);
        CompletableFuture<Void> result = pool.restart();
        newest(4).linked = true;
        crash(3);
        assertThat(result).isCompletedExceptionally();
        assertThat(newest(4).drains).isOne();
        assertThat(newest(5).kills).as("it has not connected yet").isOne();
        exit(4, 0);
        exit(5, SIGKILL);
        assertStates(WorkerState.READY, WorkerState.READY, WorkerState.READY);
        assertIndexes(0, 1, 2);
        assertThat(timers.pending()).as("three wait for their minute of health").isEqualTo(3);
    }

    @Test
    void a_restart_after_one_that_failed_starts_afresh() throws Exception {
        startReady(1);
        pool.restart();
        crash(1);
        CompletableFuture<Void> result = pool.restart();
        ready(1);
        exit(0, 0);
        assertSucceeded(result);
        assertIndexes(1);
    }

    @Test
    void a_restart_during_a_restart_replaces_those_that_were_started_before_it_as_well() throws Exception {
        startReady(2);
        CompletableFuture<Void> first = pool.restart();
        ready(2);
        exit(0, 0); // 2 is new, 1 is old, 3 starts in place of 1
        CompletableFuture<Void> second = pool.restart();
        ready(3);
        exit(1, 0); // a new 0 in place of 2
        assertThat(first).isNotDone();
        ready(0);
        exit(2, 0); // a new 1 in place of 3, which was starting when the second restart came
        assertThat(second).isNotDone();
        ready(1);
        exit(3, 0);
        assertSucceeded(first);
        assertSucceeded(second);
        assertThat(workers.launched).hasSize(6);
    }

    @Test
    void both_callers_hear_why_a_restart_has_failed() throws Exception {
        startReady(1);
        CompletableFuture<Void> first = pool.restart();
        CompletableFuture<Void> second = pool.restart();
        crash(1);
        assertThat(first).isCompletedExceptionally();
        assertThat(second).isCompletedExceptionally();
    }

    @Test
    void a_stop_while_the_replacement_starts_ends_both() throws Exception {
        startReady(1);
        CompletableFuture<Void> result = pool.restart();
        stop();
        assertFailed(result, STOPPED.formatted(0, 1));
        assertThat(newest(0).drains).isOne();
        assertThat(newest(1).kills).isOne();
        exit(1, SIGKILL);
        exit(0, 0);
        assertDone(Outcome.DRAINED);
    }

    @Test
    void a_stop_while_the_old_worker_drains_leaves_it_its_time() throws Exception {
        startReady(1);
        CompletableFuture<Void> result = pool.restart();
        ready(1);
        timers.advance(DRAIN.minusSeconds(1));
        stop();
        assertFailed(result, STOPPED.formatted(1, 1));
        assertThat(newest(0).drains).isOne();
        timers.advance(SECOND);
        assertThat(newest(0).kills).isOne();
        assertThat(newest(1).kills).isZero();
        exit(0, SIGKILL);
        exit(1, 0);
        assertDone(Outcome.KILLED);
    }

    @Test
    void a_replacement_that_gets_ready_after_the_stop_has_begun_replaces_nobody() throws Exception {
        startReady(1);
        pool.restart();
        pool.stop();
        ready(1);
        assertStates(WorkerState.READY, WorkerState.READY);
        emptyQueues();
        assertStates(WorkerState.DRAINING, WorkerState.DRAINING);
        exit(0, 0);
        exit(1, 0);
        assertDone(Outcome.DRAINED);
    }

    @Test
    void after_a_stop_there_is_no_restart() throws Exception {
        startReady(1);
        stop();
        assertFailed(pool.restart(), "the supervisor is stopping");
        assertThat(workers.launched).hasSize(1);
    }

    @Test
    void after_the_end_there_is_no_restart() throws Exception {
        start(1);
        failUntilGivenUp(0);
        assertThat(outcomes).containsExactly(Outcome.GAVE_UP);
        assertThat(pool.restart()).isCompletedExceptionally();
        assertThat(workers.launched).hasSize(MAX_FAILED_STARTS);
    }

    @Test
    void a_kill_during_a_restart_ends_all_and_the_restart() throws Exception {
        startReady(2);
        CompletableFuture<Void> result = pool.restart();
        ready(2);
        pool.kill();
        assertFailed(result, STOPPED.formatted(1, 2));
        for (int i = 0; i < 4; i++) {
            assertThat(newest(i).kills).isOne();
            exit(i, SIGKILL);
        }
        assertDone(Outcome.KILLED);
    }

    @Test
    void an_old_worker_that_crashes_while_its_replacement_starts_does_not_come_back_for_long() throws Exception {
        startReady(2);
        CompletableFuture<Void> result = pool.restart();
        crash(0);
        assertStates(WorkerState.BACKOFF, WorkerState.READY, WorkerState.STARTING);
        ready(2);
        assertThat(workers.launched).as("the place is given up, and 1 is next").hasSize(4);
        ready(0);
        exit(1, 0);
        assertSucceeded(result);
        timers.advance(Duration.ofMillis(100));
        assertIndexes(0, 2);
        assertThat(workers.launched).hasSize(4);
    }

    @Test
    void an_old_worker_that_crashes_before_its_turn_is_new_when_it_comes_back() throws Exception {
        startReady(2);
        CompletableFuture<Void> result = pool.restart();
        crash(1);
        timers.advance(Duration.ofMillis(100));
        ready(1);
        ready(2);
        exit(0, 0);
        assertSucceeded(result);
        assertThat(workers.launched).hasSize(4);
        assertThat(newest(1).drains).isZero();
    }

    @Test
    void an_old_worker_that_crashes_is_waited_for_when_it_is_started_anew() throws Exception {
        startReady(2);
        CompletableFuture<Void> result = pool.restart();
        crash(1);
        timers.advance(Duration.ofMillis(100));
        assertStates(WorkerState.READY, WorkerState.STARTING, WorkerState.STARTING);
        ready(2);
        exit(0, 0);
        assertStates(WorkerState.STARTING, WorkerState.READY);
        assertThat(result).isNotDone();
        ready(1);
        assertSucceeded(result);
        assertThat(workers.launched).hasSize(4);
    }

    @Test
    void an_old_worker_that_crashes_and_does_not_get_ready_when_it_is_started_anew_aborts_the_restart()
            throws Exception {
        startReady(3);
        CompletableFuture<Void> result = pool.restart();
        crash(1);
        timers.advance(Duration.ofMillis(100));
        ready(3);
        exit(0, 0);
        exit(1, 9);
        assertFailed(
                result,
                "restart aborted: replacement worker 1 (pid 1004) failed: exited with status 9 before it was ready; 1 of 3"
                        + " workers were replaced");
        assertThat(stateOf(1)).as("it is to stay").isEqualTo(WorkerState.BACKOFF);
        assertThat(stateOf(2)).as("the old one serves on").isEqualTo(WorkerState.READY);
    }

    @Test
    void an_old_worker_that_crashes_while_it_drains_is_gone() throws Exception {
        startReady(1);
        CompletableFuture<Void> result = pool.restart();
        ready(1);
        crash(0);
        assertFailed(
                result,
                "restarted 1 workers, but connections may have been lost: worker 0 (pid 1000): killed by SIGABRT (status"
                        + " 134)");
        assertIndexes(1);
    }

    @Test
    void a_worker_that_waits_for_its_next_start_is_replaced_too() throws Exception {
        startReady(1);
        crash(0);
        CompletableFuture<Void> result = pool.restart();
        assertStates(WorkerState.BACKOFF, WorkerState.STARTING);
        ready(1);
        assertSucceeded(result);
        assertIndexes(1);
        timers.advance(Duration.ofMinutes(2));
        assertThat(workers.launched).hasSize(2);
        assertThat(timers.pending()).isZero();
    }

    @Test
    void a_worker_that_comes_back_while_its_replacement_starts_is_one_too_many() throws Exception {
        startReady(1);
        crash(0);
        CompletableFuture<Void> result = pool.restart();
        timers.advance(Duration.ofMillis(100));
        ready(0);
        assertStates(WorkerState.READY, WorkerState.STARTING);
        ready(1);
        assertStates(WorkerState.DRAINING, WorkerState.READY);
        exit(0, 0);
        assertSucceeded(result);
    }

    @Test
    void a_worker_that_is_starting_is_replaced_too() throws Exception {
        start(1);
        CompletableFuture<Void> result = pool.restart();
        ready(1);
        assertThat(newest(0).kills).as("it has not connected yet").isOne();
        exit(0, SIGKILL);
        assertSucceeded(result);
        assertIndexes(1);
        assertThat(allReady).isOne();
    }

    @Test
    void a_worker_that_was_given_up_is_replaced_too() throws Exception {
        start(2);
        failUntilGivenUp(0);
        CompletableFuture<Void> result = pool.restart();
        assertStates(WorkerState.FAILED, WorkerState.STARTING, WorkerState.STARTING);
        ready(2);
        assertStates(WorkerState.STARTING, WorkerState.STARTING, WorkerState.READY);
        ready(0); // a new one in that place, for 1
        exit(1, SIGKILL);
        assertSucceeded(result);
        assertIndexes(0, 2);
    }

    @Test
    void an_old_worker_that_does_not_drain_in_time_is_killed_and_the_restart_goes_on() throws Exception {
        startReady(2);
        CompletableFuture<Void> result = pool.restart();
        ready(2);
        timers.advance(DRAIN.minus(NANO));
        assertThat(newest(0).kills).isZero();
        timers.advance(NANO);
        assertThat(newest(0).kills).isOne();
        assertThat(workers.launched).as("nobody has waited for it").hasSize(4);
        exit(0, SIGKILL);
        ready(3);
        exit(1, 0);
        assertThat(result).isCompletedExceptionally();
        assertThat(result.handle((nothing, failure) -> failure).join())
                .isInstanceOf(NotDrainedException.class)
                .hasMessage("restarted 2 workers, but connections may have been lost: worker 0 (pid 1000): killed: not"
                        + " drained within 30 s");
    }

    @Test
    void a_replacement_that_crashes_once_it_has_replaced_a_worker_ends_the_restart_and_is_started_again()
            throws Exception {
        startReady(3);
        CompletableFuture<Void> result = pool.restart();
        ready(3);
        exit(0, 0); // 3 in place of 0, and 4 starts in place of 1
        timers.advance(Duration.ofMillis(3100));
        newest(4).linked = true;
        exit(3, 1);
        assertFailed(
                result,
                "restart aborted: replacement worker 3 (pid 1003) failed: exited with status 1, 3.1 s after it was ready;"
                        + " 1 of 3 workers were replaced");
        assertStates(WorkerState.READY, WorkerState.READY, WorkerState.BACKOFF, WorkerState.DRAINING);
        assertThat(newest(1).drains + newest(2).drains).isZero();
        exit(4, 0);
        restart(3);
        ready(3);
        assertStates(WorkerState.READY, WorkerState.READY, WorkerState.READY);
        assertThat(workers.launched).as("nothing else was replaced").hasSize(6);
    }

    @Test
    void a_replacement_that_was_killed_during_a_long_restart_ends_it_too() throws Exception {
        startReady(2);
        CompletableFuture<Void> result = pool.restart();
        ready(2);
        timers.advance(DRAIN.minusSeconds(1));
        exit(2, SIGKILL);
        assertFailed(
                result,
                "restart aborted: replacement worker 2 (pid 1002) failed: killed by SIGKILL (status 137), 29.0 s after it"
                        + " was ready; 1 of 2 workers were replaced");
    }

    @Test
    void what_an_earlier_restart_has_started_is_old_for_the_next_one() throws Exception {
        startReady(2);
        CompletableFuture<Void> result = pool.restart();
        ready(2);
        exit(0, 0); // 2 is new, 1 is old, 3 starts in place of 1
        assertThat(pool.restart()).isSameAs(result);
        exit(2, 1); // a bad release, and the second restart mends it
        assertThat(result).isNotDone();
        ready(3);
        exit(1, 0);
        for (int second = 0; second < 60 && !result.isDone(); second++) {
            timers.advance(SECOND);
            for (WorkerStatus worker : pool.status()) {
                boolean toGo = newest(worker.index()).drains + newest(worker.index()).kills > 0;
                if (toGo) {
                    exit(worker.index(), 0);
                } else {
                    ready(worker.index());
                }
            }
        }
        assertSucceeded(result);
    }

    @Test
    void an_old_worker_serves_on_until_its_replacement_has_been_ready_for_the_hold() throws Exception {
        hold = Duration.ofSeconds(20);
        startReady(2);
        CompletableFuture<Void> result = pool.restart();
        ready(2);
        timers.advance(hold.minus(NANO));
        assertStates(WorkerState.READY, WorkerState.READY, WorkerState.READY);
        assertThat(workers.launched).as("it counts").hasSize(3);
        timers.advance(NANO);
        assertStates(WorkerState.DRAINING, WorkerState.READY, WorkerState.READY, WorkerState.STARTING);
        exit(0, 0);
        ready(3);
        timers.advance(hold);
        exit(1, 0);
        assertSucceeded(result);
    }

    @Test
    void the_first_workers_are_not_held() throws Exception {
        hold = Duration.ofSeconds(20);
        startReady(2);
        assertThat(allReady).isOne();
    }

    @Test
    void a_replacement_that_ends_during_the_hold_ends_the_restart_and_the_old_worker_serves_on() throws Exception {
        hold = Duration.ofSeconds(20);
        startReady(2);
        CompletableFuture<Void> result = pool.restart();
        ready(2);
        timers.advance(Duration.ofSeconds(3));
        exit(2, 1);
        assertFailed(
                result,
                "restart aborted: replacement worker 2 (pid 1002) failed: exited with status 1, 3.0 s after it was ready;"
                        + " 0 of 2 workers were replaced");
        assertStates(WorkerState.READY, WorkerState.READY);
        timers.advance(Duration.ofHours(1));
        assertThat(workers.launched).hasSize(3);
        assertThat(newest(0).drains + newest(1).drains).isZero();
    }

    @Test
    void a_replacement_that_turns_unready_during_the_hold_ends_the_restart_and_goes() throws Exception {
        hold = Duration.ofSeconds(20);
        startReady(2);
        CompletableFuture<Void> result = pool.restart();
        ready(2);
        timers.advance(SECOND);
        unready(2);
        assertFailed(
                result,
                "restart aborted: replacement worker 2 (pid 1002) failed: it turned unready, 1.0 s after it was ready; 0 of"
                        + " 2 workers were replaced");
        assertStates(WorkerState.READY, WorkerState.READY, WorkerState.DRAINING);
        assertThat(newest(2).drains).isOne();
        exit(2, 0);
        assertStates(WorkerState.READY, WorkerState.READY);
    }

    @Test
    void a_replacement_that_turns_unready_after_its_predecessor_has_gone_ends_the_restart_and_gets_its_time()
            throws Exception {
        startReady(2);
        CompletableFuture<Void> result = pool.restart();
        ready(2);
        exit(0, 0);
        unready(2);
        assertThat(result).isCompletedExceptionally();
        assertThat(stateOf(1)).isEqualTo(WorkerState.READY);
        assertThat(stateOf(2)).isEqualTo(WorkerState.STARTING);
        assertThat(newest(2).drains).isZero();
    }

    @Test
    void an_old_worker_that_turns_unready_does_not_end_the_restart() throws Exception {
        startReady(2);
        CompletableFuture<Void> result = pool.restart();
        unready(0);
        unready(1);
        ready(2);
        exit(0, 0);
        ready(3);
        exit(1, 0);
        assertSucceeded(result);
    }

    @Test
    void an_old_worker_that_was_never_ready_loses_nothing_however_it_ends() throws Exception {
        start(1);
        newest(0).linked = true;
        CompletableFuture<Void> result = pool.restart();
        ready(1);
        exit(0, 143);
        assertSucceeded(result);
    }

    @Test
    void a_launch_that_fails_in_an_unexpected_way_ends_the_restart_and_the_next_one_succeeds() throws Exception {
        startReady(2);
        workers.disturb = () -> {
            throw new NoClassDefFoundError("disturbed");
        };
        CompletableFuture<Void> result = pool.restart();
        workers.disturb = () -> {};
        assertFailed(
                result,
                "restart aborted: replacement worker 2 failed: cannot start a worker: java.lang.NoClassDefFoundError:"
                        + " disturbed; 0 of 2 workers were replaced");
        CompletableFuture<Void> next = pool.restart();
        ready(2);
        exit(0, 0);
        ready(3);
        exit(1, 0);
        assertSucceeded(next);
    }

    @Test
    void the_log_tells_the_story_of_a_restart() throws Exception {
        startReady(1);
        try (CapturedLog log = new CapturedLog()) {
            pool.restart();
            timers.advance(Duration.ofMillis(700));
            ready(1);
            timers.advance(Duration.ofMillis(300));
            exit(0, 0);
            assertThat(log.lines())
                    .containsExactly(
                            "INFO restarting 1 workers, 1 at a time",
                            "INFO replacing worker 0 (pid 1000): restart",
                            "INFO worker 1 (pid 1001): STARTING",
                            "INFO worker 1 (pid 1001): READY (after 700 ms)",
                            "INFO worker 1 (pid 1001): takes the place of worker 0 (pid 1000)",
                            "INFO worker 0 (pid 1000): DRAINING",
                            "INFO worker 0 (pid 1000): STOPPED (exited with status 0)",
                            "INFO restarted 1 workers (in 1000 ms)");
        }
    }

    @Test
    void the_log_tells_why_a_restart_was_aborted() throws Exception {
        startReady(1);
        try (CapturedLog log = new CapturedLog()) {
            pool.restart();
            exit(1, 1);
            assertThat(log.lines())
                    .endsWith(
                            "INFO worker 1 (pid 1001): STOPPED (exited with status 1 before it was ready)",
                            "SEVERE replacement worker 1 (pid 1001) failed: exited with status 1 before it was ready;"
                                    + " nothing else is replaced, the workers there are go on serving",
                            "SEVERE restart aborted: replacement worker 1 (pid 1001) failed: exited with status 1 before"
                                    + " it was ready; 0 of 1 workers were replaced");
        }
    }
}
