package io.forkless.supervisor.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forkless.supervisor.status.LaunchException;
import io.forkless.supervisor.status.Outcome;
import io.forkless.supervisor.status.WorkerState;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The life of the supervisor, and its end step by step, on simulated time. */
class PoolStopTest extends SimulatedPool {
    @Test
    void it_runs_empties_the_queues_drains_and_has_ended() throws Exception {
        startReady(2);
        assertThat(life.state()).isEqualTo(SupervisorState.RUNNING);
        pool.stop();
        assertThat(life.state()).isEqualTo(SupervisorState.QUIESCING);
        assertThat(queues.areClosing()).isTrue();
        assertStates(WorkerState.READY, WorkerState.READY);
        queues.closed(true);
        assertThat(life.state()).isEqualTo(SupervisorState.DRAINING);
        assertStates(WorkerState.DRAINING, WorkerState.DRAINING);
        exit(0, 0);
        assertThat(life.state()).isEqualTo(SupervisorState.DRAINING);
        exit(1, 0);
        assertDone(Outcome.DRAINED);
    }

    @Test
    void if_new_clients_may_still_queue_the_workers_drain_one_after_the_other() throws Exception {
        startReady(3);
        pool.stop();
        queues.closed(false);
        assertStates(WorkerState.DRAINING, WorkerState.READY, WorkerState.READY);
        timers.advance(GracefulStop.BETWEEN_DRAINS.minus(NANO));
        assertStates(WorkerState.DRAINING, WorkerState.READY, WorkerState.READY);
        timers.advance(NANO);
        assertStates(WorkerState.DRAINING, WorkerState.DRAINING, WorkerState.READY);
        timers.advance(GracefulStop.BETWEEN_DRAINS);
        assertStates(WorkerState.DRAINING, WorkerState.DRAINING, WorkerState.DRAINING);
    }

    @Test
    void a_worker_that_has_gone_before_its_turn_to_drain_is_passed_over() throws Exception {
        startReady(2);
        pool.stop();
        queues.closed(false);
        exit(1, 0);
        timers.advance(GracefulStop.BETWEEN_DRAINS);
        assertStates(WorkerState.DRAINING, WorkerState.STOPPED);
        exit(0, 0);
        assertDone(Outcome.DRAINED);
    }

    @Test
    void queues_that_do_not_answer_hold_up_the_drain_for_ten_seconds_only() throws Exception {
        startReady(2);
        pool.stop();
        timers.advance(Duration.ofSeconds(10).minus(NANO));
        assertStates(WorkerState.READY, WorkerState.READY);
        timers.advance(NANO);
        assertStates(WorkerState.DRAINING, WorkerState.READY);
        timers.advance(GracefulStop.BETWEEN_DRAINS);
        assertStates(WorkerState.DRAINING, WorkerState.DRAINING);
        queues.closed(true); // too late
        assertThat(newest(0).drains).isOne();
        assertThat(newest(1).drains).isOne();
    }

    @Test
    void the_end_does_not_wait_for_queues_without_workers() throws Exception {
        startReady(1);
        pool.stop();
        crash(0);
        assertDone(Outcome.KILLED);
        queues.closed(true);
        assertDone(Outcome.KILLED);
    }

    @Test
    void without_a_process_a_stop_is_the_end() throws Exception {
        start(1);
        crash(0);
        pool.stop();
        assertDone(Outcome.DRAINED);
        assertThat(queues.areClosing()).isFalse();
    }

    @Test
    void a_kill_while_the_queues_are_emptied_does_not_wait_for_them() throws Exception {
        startReady(1);
        pool.stop();
        pool.kill();
        assertThat(life.state()).isEqualTo(SupervisorState.DRAINING);
        assertStates(WorkerState.KILLING);
        queues.closed(true);
        assertThat(newest(0).drains).isZero();
        exit(0, SIGKILL);
        assertDone(Outcome.KILLED);
    }

    @Test
    void a_kill_without_a_stop_needs_no_empty_queues() throws Exception {
        startReady(1);
        pool.kill();
        pool.stop();
        assertThat(queues.areClosing()).isFalse();
        exit(0, SIGKILL);
        assertDone(Outcome.KILLED);
    }

    @Test
    void a_start_that_fails_is_the_end() {
        workers.failAfter(1);
        assertThatThrownBy(() -> start(2)).isInstanceOf(LaunchException.class);
        assertThat(life.state()).isEqualTo(SupervisorState.ENDED);
        assertStates(WorkerState.KILLING, WorkerState.NEW);
    }

    @Test
    void giving_up_is_the_end() throws Exception {
        start(1);
        failUntilGivenUp(0);
        assertThat(life.state()).isEqualTo(SupervisorState.ENDED);
    }
}
