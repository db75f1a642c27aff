package io.forkless.supervisor.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forkless.supervisor.status.Outcome;
import io.forkless.supervisor.status.WorkerState;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** More and fewer workers, on simulated time. */
class PoolScaleTest extends SimulatedPool {
    @Test
    void more_workers_are_started_at_once_whatever_the_surge() throws Exception {
        startReady(1);
        pool.scale(4);
        assertIndexes(0, 1, 2, 3);
        assertThat(pool.workers()).isEqualTo(4);
        assertStates(WorkerState.READY, WorkerState.STARTING, WorkerState.STARTING, WorkerState.STARTING);
    }

    @Test
    void the_newest_places_drain_first() throws Exception {
        startReady(3);
        pool.scale(1);
        assertStates(WorkerState.READY, WorkerState.DRAINING, WorkerState.DRAINING);
        exit(2, 0);
        exit(1, 0);
        assertIndexes(0);
        assertThat(outcomes).isEmpty();
        timers.advance(Duration.ofHours(1));
        assertThat(workers.launched).hasSize(3);
    }

    @Test
    void the_same_number_changes_nothing() throws Exception {
        startReady(2);
        pool.scale(2);
        assertStates(WorkerState.READY, WorkerState.READY);
        assertThat(workers.launched).hasSize(2);
    }

    @Test
    void those_that_do_not_run_go_before_those_that_start_and_those_before_the_ones_that_serve() throws Exception {
        start(4);
        ready(3);
        crash(0);
        pool.scale(3);
        assertIndexes(1, 2, 3);
        pool.scale(2);
        assertThat(newest(2).kills).as("the newest of those that start").isOne();
        assertThat(newest(1).kills + newest(3).kills + newest(3).drains).isZero();
    }

    @Test
    void a_worker_that_was_given_up_goes_before_one_that_starts() throws Exception {
        start(2);
        failUntilGivenUp(0);
        pool.scale(1);
        assertStates(WorkerState.STARTING);
        assertIndexes(1);
        assertThat(outcomes).isEmpty();
    }

    @Test
    void a_worker_that_was_given_up_goes_before_one_that_is_to_be_started_again() throws Exception {
        start(2);
        failUntilGivenUp(0);
        crash(1);
        pool.scale(1);
        assertStates(WorkerState.BACKOFF);
        assertIndexes(1);
        assertThat(outcomes).isEmpty();
    }

    @Test
    void the_lowest_free_index_is_used_again() throws Exception {
        startReady(3);
        pool.scale(2);
        pool.scale(3);
        assertIndexes(0, 1, 2, 3); // 2 still drains
        exit(2, 0);
        pool.scale(4);
        assertIndexes(0, 1, 2, 3);
        assertThat(newest(2).drains).isZero();
    }

    @Test
    void a_worker_that_is_to_go_and_does_not_drain_in_time_is_killed() throws Exception {
        startReady(2);
        pool.scale(1);
        timers.advance(DRAIN);
        assertThat(newest(1).kills).isOne();
        exit(1, SIGKILL);
        assertStates(WorkerState.READY);
    }

    @Test
    void a_worker_that_is_to_go_and_crashes_is_not_started_again() throws Exception {
        startReady(2);
        pool.scale(1);
        crash(1);
        timers.advance(Duration.ofHours(1));
        assertIndexes(0);
        assertThat(workers.launched).hasSize(2);
    }

    @Test
    void a_worker_that_was_told_to_go_as_it_started_does_not_become_ready() throws Exception {
        startReady(1);
        pool.scale(2);
        pool.scale(1);
        assertThat(newest(1).kills).isOne();
        ready(1); // it was on its way
        assertStates(WorkerState.READY, WorkerState.KILLING);
        exit(1, SIGKILL);
        assertIndexes(0);
    }

    @Test
    void a_command_that_cannot_be_started_is_tried_again() throws Exception {
        startReady(1);
        workers.failAfter(0);
        pool.scale(3);
        assertStates(WorkerState.READY, WorkerState.BACKOFF, WorkerState.BACKOFF);
        assertThat(status(1).lastExit()).isEqualTo("cannot start 'app': command not found");
        workers.failAfter(2);
        timers.advance(Duration.ofMillis(100));
        assertStates(WorkerState.READY, WorkerState.STARTING, WorkerState.STARTING);
    }

    @Test
    void a_worker_whose_command_cannot_be_started_is_given_up_if_one_failed_start_is_too_many() throws Exception {
        maxFailedStarts = 1;
        start(1);
        workers.failAfter(0);
        pool.scale(2);
        assertStates(WorkerState.STARTING, WorkerState.FAILED);
    }

    @Test
    void fewer_workers_may_all_be_ready_at_once() throws Exception {
        start(2);
        ready(0);
        assertThat(allReady).isZero();
        pool.scale(1);
        assertThat(allReady).isOne();
    }

    @Test
    void more_workers_before_all_were_ready_have_to_be_ready_too() throws Exception {
        start(1);
        pool.scale(2);
        ready(0);
        assertThat(allReady).isZero();
        ready(1);
        assertThat(allReady).isOne();
    }

    @Test
    void none_is_told_to_be_ready_once_the_stop_has_begun() throws Exception {
        start(2);
        pool.stop();
        ready(0);
        assertThat(allReady).isZero();
    }

    @Test
    void more_workers_during_a_restart_are_new_already() throws Exception {
        startReady(1);
        CompletableFuture<Void> result = pool.restart();
        pool.scale(2);
        assertIndexes(0, 1, 2);
        ready(2);
        ready(1);
        exit(0, 0);
        assertSucceeded(result);
        assertIndexes(1, 2);
        assertThat(workers.launched).hasSize(3);
    }

    @Test
    void fewer_workers_during_a_restart_take_their_replacement_along() throws Exception {
        startReady(2);
        CompletableFuture<Void> result = pool.restart();
        ready(2);
        exit(0, 0); // 3 is the replacement for 1
        pool.scale(1); // 2 is the newest place
        assertIndexes(1, 2, 3);
        assertStates(WorkerState.READY, WorkerState.DRAINING, WorkerState.STARTING);
        exit(2, 0);
        ready(3);
        exit(1, 0);
        assertSucceeded(result);
        assertIndexes(3);
    }

    @Test
    void a_worker_that_goes_while_it_is_being_replaced_is_not_replaced() throws Exception {
        startReady(2);
        CompletableFuture<Void> result = pool.restart();
        ready(2);
        exit(0, 0);
        crash(1); // its replacement is 3
        pool.scale(1);
        assertThat(newest(3).kills).isOne();
        exit(3, SIGKILL);
        assertSucceeded(result);
        assertIndexes(2);
        assertStates(WorkerState.READY);
    }

    @Test
    void those_that_drain_since_they_are_too_many_hold_a_restart_only_when_there_are_too_many_of_them()
            throws Exception {
        startReady(5);
        pool.scale(2); // 2, 3, 4 go: as many as there are workers, and the surge
        CompletableFuture<Void> result = pool.restart();
        assertThat(workers.launched).hasSize(5);
        exit(2, 0);
        assertThat(workers.launched).hasSize(6);
        ready(2);
        assertThat(workers.launched).as("0 drains as well").hasSize(6);
        exit(3, 0);
        assertThat(workers.launched).hasSize(7);
        ready(3);
        exit(4, 0);
        exit(0, 0);
        exit(1, 0);
        assertSucceeded(result);
        assertIndexes(2, 3);
    }

    @Test
    void after_a_stop_there_is_nothing_to_scale() throws Exception {
        startReady(1);
        stop();
        assertThatThrownBy(() -> pool.scale(2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the supervisor is stopping");
        assertThat(workers.launched).hasSize(1);
        assertThat(pool.workers()).isOne();
    }

    @Test
    void the_end_does_not_come_with_those_that_are_too_many() throws Exception {
        startReady(2);
        pool.scale(1);
        crash(0);
        exit(1, 0);
        assertThat(outcomes).isEmpty();
        assertStates(WorkerState.BACKOFF);
    }

    @Test
    void a_stop_waits_for_those_that_are_too_many_as_well() throws Exception {
        startReady(2);
        pool.scale(1);
        stop();
        exit(0, 0);
        assertThat(outcomes).isEmpty();
        exit(1, 0);
        assertDone(Outcome.DRAINED);
    }
}
