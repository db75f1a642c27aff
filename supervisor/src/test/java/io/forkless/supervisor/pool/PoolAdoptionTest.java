package io.forkless.supervisor.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forkless.supervisor.pool.FakeWorkers.FakeProcess;
import io.forkless.supervisor.pool.Orphan.Condition;
import io.forkless.supervisor.status.LaunchException;
import io.forkless.supervisor.status.Outcome;
import io.forkless.supervisor.status.SupervisorEvent;
import io.forkless.supervisor.status.SupervisorEvent.Type;
import io.forkless.supervisor.status.WorkerState;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Workers that an earlier supervisor has left. */
class PoolAdoptionTest extends SimulatedPool {
    private static final Duration OLD = Duration.ofMinutes(10);
    private static final OptionalInt UNKNOWN = OptionalInt.empty();

    @Test
    void those_that_serve_go_on_and_nothing_is_started() throws Exception {
        adopt(2, orphan(0, OLD, Condition.READY), orphan(1, OLD, Condition.READY));

        assertStates(WorkerState.READY, WorkerState.READY);
        assertThat(workers.launched).hasSize(2).allSatisfy(process -> {
            assertThat(process.drains).isZero();
            assertThat(process.kills).isZero();
        });
        assertThat(status(0).uptime()).isEqualTo(OLD);
        assertThat(status(1).pid()).isEqualTo(newest(1).pid);
        assertThat(allReady).isOne();
        assertThat(events)
                .extracting(SupervisorEvent::type)
                .containsExactly(Type.STARTED, Type.WORKER_ADOPTED, Type.WORKER_ADOPTED, Type.ALL_READY);
        assertThat(life.state()).isEqualTo(SupervisorState.RUNNING);
    }

    @Test
    void those_that_are_missing_are_started_at_the_indexes_that_are_free() throws Exception {
        adopt(4, orphan(0, OLD, Condition.READY), orphan(2, OLD, Condition.READY));

        assertIndexes(0, 1, 2, 3);
        assertStates(WorkerState.READY, WorkerState.STARTING, WorkerState.READY, WorkerState.STARTING);
        ready(1);
        assertThat(allReady).isZero();
        ready(3);
        assertThat(allReady).isOne();
    }

    @Test
    void each_keeps_its_index_whatever_that_is() throws Exception {
        adopt(2, orphan(7, OLD, Condition.READY), orphan(5, OLD, Condition.READY));

        assertIndexes(5, 7);
        exit(7, CRASH);
        restart(7);
        assertThat(newest(7).pid).isNotEqualTo(newest(5).pid);
    }

    @Test
    void those_that_are_too_many_go_first_those_that_do_not_serve_and_then_the_oldest() throws Exception {
        adopt(
                2,
                orphan(0, Duration.ofSeconds(20), Condition.READY),
                orphan(1, Duration.ofSeconds(1), Condition.UNREADY),
                orphan(2, OLD, Condition.READY),
                orphan(3, Duration.ofSeconds(30), Condition.READY));

        assertStates(WorkerState.READY, WorkerState.DRAINING, WorkerState.DRAINING, WorkerState.READY);
        assertThat(allReady).isOne();
        exit(1, 0);
        exit(2, 0);
        assertIndexes(0, 3);
    }

    @Test
    void one_that_drains_goes_on_to_drain_and_another_one_is_started_in_its_place() throws Exception {
        adopt(1, orphan(0, OLD, Condition.DRAINING));

        assertStates(WorkerState.DRAINING, WorkerState.STARTING);
        assertThat(workers.launched.get(0).drains).as("it hears that again").isOne();
        ready(1);
        timers.advance(DRAIN);
        assertThat(stateOf(0)).isEqualTo(WorkerState.KILLING);
        pool.exited(workers.launched.get(0), UNKNOWN);
        assertIndexes(1);
    }

    @Test
    void one_that_does_not_serve_has_the_boot_time_out_to_begin() throws Exception {
        adopt(2, orphan(0, OLD, Condition.UNREADY), orphan(1, OLD, Condition.UNREADY));
        assertStates(WorkerState.STARTING, WorkerState.STARTING);
        assertThat(allReady).isZero();

        timers.advance(BOOT.minus(NANO));
        ready(0);
        timers.advance(NANO);

        assertStates(WorkerState.READY, WorkerState.KILLING);
        timers.advance(DUMP_GRACE);
        assertThat(newest(1).kills).isOne();
        pool.exited(newest(1), UNKNOWN);
        assertThat(status(1).lastExit()).isEqualTo("killed: not ready within 60000 ms");
        restart(1);
    }

    @Test
    void of_two_with_the_same_index_the_second_goes_and_takes_no_place_of_others() throws Exception {
        Orphan first = orphan(0, OLD, Condition.READY);
        Orphan second = orphan(0, OLD, Condition.READY);

        adopt(3, first, second, orphan(1, OLD, Condition.READY), orphan(2, OLD, Condition.READY));

        assertIndexes(0, 1, 2, 3);
        assertStates(WorkerState.READY, WorkerState.READY, WorkerState.READY, WorkerState.DRAINING);
        assertThat(((FakeProcess) first.process()).drains).isZero();
        assertThat(((FakeProcess) second.process()).drains).isOne();
        pool.exited(second.process(), UNKNOWN);
        assertIndexes(0, 1, 2);
        assertThat(workers.launched).as("nothing was started").hasSize(4);
    }

    @Test
    void a_start_that_fails_beside_adopted_ones_is_tried_again_and_never_the_end() throws Exception {
        workers.failAfter(0);
        adopt(2, orphan(0, OLD, Condition.READY));

        for (int i = 0; i < 2 * MAX_FAILED_STARTS; i++) {
            assertStates(WorkerState.READY, WorkerState.BACKOFF);
            timers.advance(MOST_BACKOFF);
            beat(0);
        }
        assertThat(status(1).lastExit()).isEqualTo("cannot start 'app': command not found");
        workers.failAfter(1);
        timers.advance(MOST_BACKOFF);
        assertThat(stateOf(1)).isEqualTo(WorkerState.STARTING);
        assertThat(outcomes).isEmpty();
    }

    @Test
    void beside_adopted_ones_that_do_not_serve_yet_it_is_given_up_and_tried_again_when_one_does() throws Exception {
        workers.failAfter(0);
        maxFailedStarts = 1;
        adopt(2, orphan(0, Duration.ofSeconds(1), Condition.UNREADY));
        assertStates(WorkerState.STARTING, WorkerState.FAILED);
        assertThat(outcomes).isEmpty();

        ready(0);
        timers.advance(PROVEN);

        assertStates(WorkerState.READY, WorkerState.BACKOFF);
    }

    @Test
    void with_nobody_to_adopt_a_start_that_fails_is_the_end() {
        workers.failAfter(1);

        assertThatThrownBy(() -> adopt(2)).isInstanceOf(LaunchException.class);
        assertThat(newest(0).kills).isOne();
        assertThat(life.state()).isEqualTo(SupervisorState.ENDED);
    }

    @Test
    void one_that_is_silent_hangs_from_the_adoption_on() throws Exception {
        adopt(2, orphan(0, OLD, Condition.READY), orphan(1, OLD, Condition.READY));
        for (int second = 0; second < HANG.toSeconds(); second++) {
            timers.advance(SECOND);
            beat(1);
            pool.inspect();
        }
        assertStates(WorkerState.READY, WorkerState.READY);

        timers.advance(SECOND);
        beat(1);
        pool.inspect();

        assertStates(WorkerState.KILLING, WorkerState.READY);
        assertThat(newest(0).dumps).isOne();
        timers.advance(DUMP_GRACE);
        pool.exited(newest(0), UNKNOWN);
        assertThat(status(0).lastExit()).isEqualTo("killed: no heartbeat for 30000 ms: it hangs");
        restart(0);
        assertThat(stateOf(0)).isEqualTo(WorkerState.STARTING);
    }

    @Test
    void the_age_of_its_process_counts_for_the_limit_of_age() throws Exception {
        recycling = new Recycling(Duration.ofMinutes(11), 0, 0);
        adopt(1, orphan(0, OLD, Condition.READY));
        pool.inspect();
        assertIndexes(0);

        for (int second = 0; second < 60; second++) {
            timers.advance(SECOND);
            beat(0);
            pool.inspect();
        }

        assertStates(WorkerState.READY, WorkerState.STARTING);
    }

    @Test
    void one_that_ends_is_started_again_although_nobody_knows_how_it_has_ended() throws Exception {
        adopt(1, orphan(0, OLD, Condition.READY));

        pool.exited(newest(0), UNKNOWN);

        assertThat(status(0).lastExit()).isEqualTo("exited with an unknown status");
        assertThat(events.get(events.size() - 1).reason()).startsWith("exited with an unknown status");
        restart(0);
        ready(0);
        assertStates(WorkerState.READY);
    }

    @Test
    void before_it_was_ready_that_is_said_as_well() throws Exception {
        start(1);

        pool.exited(newest(0), UNKNOWN);

        assertThat(status(0).lastExit()).isEqualTo("exited with an unknown status before it was ready");
    }

    @Test
    void at_a_stop_an_unknown_status_is_a_loss_unless_it_has_said_that_it_has_drained() throws Exception {
        adopt(2, orphan(0, OLD, Condition.READY), orphan(1, OLD, Condition.READY));
        beatWithOpen(0, 3);
        beatWithOpen(1, 2);
        stop();
        timers.advance(GracefulStop.BETWEEN_DRAINS.multipliedBy(2));
        assertStates(WorkerState.DRAINING, WorkerState.DRAINING);

        pool.drained(newest(0));
        pool.exited(newest(0), UNKNOWN);
        pool.exited(newest(1), UNKNOWN);

        assertDone(Outcome.KILLED);
        assertThat(pool.failure())
                .isEqualTo("stopped, but connections may have been lost: worker 1 (pid 1001): exited with an unknown"
                        + " status, 2 connections cut");
    }

    @Test
    void at_a_stop_all_that_have_drained_are_a_success() throws Exception {
        adopt(1, orphan(0, OLD, Condition.READY));
        stop();
        timers.advance(GracefulStop.BETWEEN_DRAINS);
        pool.drained(newest(0));
        pool.exited(newest(0), UNKNOWN);

        assertDone(Outcome.DRAINED);
    }

    @Test
    void one_that_calls_again_in_time_is_not_killed_for_the_loss_of_its_link() throws Exception {
        adopt(1, orphan(0, OLD, Condition.READY));
        beat(0);
        pool.linkLost(newest(0));
        timers.advance(GRACE.minus(NANO));

        pool.linkRestored(newest(0));

        timers.advance(HANG.minus(SECOND));
        assertStates(WorkerState.READY);
        assertThat(newest(0).kills).isZero();
        pool.linkLost(newest(0));
        timers.advance(GRACE);
        assertThat(newest(0).kills).as("it does not").isOne();
        assertThat(stateOf(0)).isEqualTo(WorkerState.KILLING);
        pool.linkRestored(newest(0));
        assertThat(stateOf(0)).as("too late").isEqualTo(WorkerState.KILLING);
    }

    @Test
    void while_it_had_no_link_its_silence_does_not_count() throws Exception {
        adopt(1, orphan(0, OLD, Condition.READY));
        pool.linkLost(newest(0));
        for (int second = 0; second < 9; second++) {
            timers.advance(SECOND);
            pool.inspect();
        }
        pool.linkRestored(newest(0));
        for (int second = 0; second < HANG.toSeconds(); second++) {
            timers.advance(SECOND);
            pool.inspect();
            assertStates(WorkerState.READY);
        }
        timers.advance(SECOND);
        pool.inspect();
        assertStates(WorkerState.KILLING);
    }

    @Test
    void one_that_boots_and_calls_again_has_the_boot_time_out_once_more() throws Exception {
        start(1);
        pool.linkLost(newest(0));
        timers.advance(GRACE.minus(NANO));
        pool.linkRestored(newest(0));

        timers.advance(BOOT.minus(NANO));
        assertStates(WorkerState.STARTING);
        timers.advance(NANO);
        assertStates(WorkerState.KILLING);
    }

    @Test
    void one_that_drains_keeps_its_time_out_whatever_becomes_of_its_link() throws Exception {
        adopt(1, orphan(0, OLD, Condition.READY), orphan(1, OLD, Condition.DRAINING));
        timers.advance(SECOND);
        pool.linkLost(newest(1));
        timers.advance(GRACE);
        pool.linkRestored(newest(1));
        assertStates(WorkerState.READY, WorkerState.DRAINING);

        timers.advance(DRAIN.minus(GRACE).minus(SECOND));

        assertStates(WorkerState.READY, WorkerState.KILLING);
    }

    @Test
    void the_link_of_a_replacement_that_is_held_may_be_lost_and_come_back() throws Exception {
        hold = Duration.ofSeconds(5);
        startReady(1);
        timers.advance(PROVEN);
        CompletableFuture<Void> restart = pool.restart();
        ready(1);
        pool.linkLost(newest(1));
        timers.advance(Duration.ofSeconds(4));
        pool.linkRestored(newest(1));
        assertThat(stateOf(0)).isEqualTo(WorkerState.READY);

        timers.advance(SECOND);

        assertStates(WorkerState.DRAINING, WorkerState.READY);
        exit(0, 0);
        assertSucceeded(restart);
    }

    @Test
    void news_of_nobody_change_nothing() throws Exception {
        startReady(1);
        FakeProcess stranger = workers.leave(9);

        pool.linkRestored(stranger);
        pool.linkLost(stranger);
        pool.exited(stranger, UNKNOWN);

        assertStates(WorkerState.READY);
    }

    @Test
    void a_restart_replaces_adopted_ones_as_any_others() throws Exception {
        adopt(2, orphan(0, OLD, Condition.READY), orphan(1, OLD, Condition.READY));
        CompletableFuture<Void> restart = pool.restart();
        for (int old = 0; old < 2; old++) {
            FakeProcess replacement = workers.launched.get(workers.launched.size() - 1);
            replacement.linked = true;
            pool.ready(replacement);
            FakeProcess drained = workers.launched.get(old);
            pool.drained(drained);
            pool.exited(drained, UNKNOWN);
        }
        assertSucceeded(restart);
        assertStates(WorkerState.READY, WorkerState.READY);
    }

    @Test
    void those_that_cannot_stay_are_replaced_and_no_others() throws Exception {
        Orphan current = orphan(0, OLD, Condition.READY);
        Orphan outdated = orphan(1, OLD, Condition.READY);
        Orphan going = orphan(2, OLD, Condition.DRAINING);
        adopt(2, current, outdated, going);
        Map<WorkerProcess, String> reasons = new LinkedHashMap<>();
        reasons.put(outdated.process(), "it was started with other options");
        reasons.put(going.process(), "it goes anyway");
        reasons.put(workers.leave(9), "it is nobody's");
        int before = workers.launched.size();

        CompletableFuture<Void> renewal = pool.renew(reasons);

        assertThat(workers.launched).hasSize(before + 1);
        FakeProcess replacement = workers.launched.get(before);
        replacement.linked = true;
        pool.ready(replacement);
        pool.drained(outdated.process());
        pool.exited(outdated.process(), UNKNOWN);
        pool.drained(going.process());
        pool.exited(going.process(), UNKNOWN);
        assertSucceeded(renewal);
        assertIndexes(0, replacement.index);
        assertThat(status(replacement.index).lastExit())
                .isEqualTo("worker 1 was replaced: it was started with other options");
        assertThat(((FakeProcess) current.process()).drains).isZero();
        assertSucceeded(pool.renew(Map.of()));
    }

    @ParameterizedTest
    @EnumSource(Condition.class)
    void the_next_supervisor_may_be_stopped_at_once(Condition condition) throws Exception {
        adopt(1, orphan(0, OLD, condition));
        pool.stop();
        pool.kill();
        for (FakeProcess process : workers.launched) {
            assertThat(process.kills).isOne();
            pool.exited(process, UNKNOWN);
        }
        assertThat(outcomes).hasSize(1);
        assertThat(timers.pending()).isZero();
    }
}
