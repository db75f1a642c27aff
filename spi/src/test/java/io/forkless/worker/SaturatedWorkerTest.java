package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.internal.control.Scoreboard;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link AcceptPacing} makes of a worker without a free thread. */
class SaturatedWorkerTest extends SimulatedPacing {
    private static final int OTHER = 1;
    private static final int THIRD = 2;

    private long free;

    @BeforeEach
    void letThisWorkerHaveNoFreeThread() {
        pacing.limitedBy(() -> free);
        others(0, Pressure.NONE);
        pacing.beforeAccept(null); // announces it
        now += Pressure.HIGHEST;
    }

    @Test
    void it_leaves_a_queued_client_to_a_worker_with_free_threads_for_as_long_as_that_takes_some() {
        meanwhile = () -> {
            if (paused < 5000 * MILLISECOND) {
                others(scoreboard.accepted(OTHER) + 1, Pressure.NONE);
            } else {
                free = 1;
            }
        };

        pacing.beforeAccept(listener);

        assertThat(paused).isEqualTo(5000 * MILLISECOND);
        assertThat(scoreboard.pressure(OWN)).isEqualTo(Pressure.NONE);
    }

    @Test
    void it_leaves_a_queued_client_to_a_worker_that_is_ready_though_its_acceptor_has_not_come_yet() {
        scoreboard.publish(OTHER, Scoreboard.ABSENT, 0);
        scoreboard.publish(THIRD, Scoreboard.ABSENT, 0);
        AcceptPacing other = new AcceptPacing(scoreboard, OTHER, () -> now, nanos -> {});
        other.limitedBy(() -> 8);
        other.arrive();
        meanwhile = () -> {
            if (paused >= 1000 * MILLISECOND) {
                free = 1;
            }
        };

        pacing.beforeAccept(listener);

        assertThat(paused).isEqualTo(1000 * MILLISECOND);
    }

    @Test
    void it_does_not_wait_in_accept_for_a_client_that_another_should_get() {
        listener.queued = false;
        meanwhile = () -> {
            if (paused >= 5000 * MILLISECOND) {
                free = 1;
            }
        };

        pacing.beforeAccept(listener);

        assertThat(paused).isEqualTo(5000 * MILLISECOND);
        assertThat(scoreboard.pressure(OWN)).isEqualTo(Pressure.NONE);
    }

    @Test
    void if_all_are_saturated_it_accepts_at_once() {
        others(0, Pressure.HIGHEST);

        accept(10);

        assertThat(paused).isLessThanOrEqualTo(AcceptPacing.PATIENCE_NANOS); // for an even spread
    }

    @Test
    void a_worker_on_its_own_accepts_at_once() {
        scoreboard.publish(OTHER, Scoreboard.ABSENT, 0);
        scoreboard.publish(THIRD, Scoreboard.ABSENT, 0);

        accept(10);

        assertThat(paused).isZero();
    }

    @Test
    void it_leaves_clients_to_a_worker_that_has_been_full_for_less_long() {
        others(0, Pressure.HIGHEST);
        scoreboard.publishPressure(THIRD, Pressure.HIGHEST - 1);
        meanwhile = () -> scoreboard.publishPressure(THIRD, Pressure.HIGHEST);

        pacing.beforeAccept(listener);

        assertThat(paused).isEqualTo(AcceptPacing.POLL_NANOS);
    }

    @Test
    void frozen_workers_are_waited_for_less_and_less() {
        for (int i = 0; i < 1000; i++) {
            now += 10 * MILLISECOND; // a client every 10 ms
            pacing.beforeAccept(listener);
        }

        assertThat(paused)
                .isBetween(
                        2 * AcceptPacing.QUEUED_PATIENCE_NANOS - MILLISECOND,
                        2 * AcceptPacing.QUEUED_PATIENCE_NANOS + 30 * AcceptPacing.POLL_NANOS);
    }

    @Test
    void two_saturated_workers_beside_a_frozen_one_do_not_take_each_other_for_it() {
        scoreboard.publishPressure(THIRD, Pressure.HIGHEST);
        meanwhile = () -> scoreboard.publish(THIRD, 0, scoreboard.accepted(THIRD) + 1);

        pacing.beforeAccept(listener);

        assertThat(paused).isEqualTo(AcceptPacing.QUEUED_PATIENCE_NANOS);
    }

    @Test
    void while_it_does_not_wait_for_the_others_it_does_not_wait_in_accept_either() {
        frozen_workers_are_waited_for_less_and_less();
        paused = 0;
        listener.queued = false;
        meanwhile = () -> listener.queued = true;

        pacing.beforeAccept(listener);

        assertThat(paused).isEqualTo(AcceptPacing.LOOK_NANOS);
    }

    @Test
    void workers_that_take_clients_again_are_waited_for_again() {
        frozen_workers_are_waited_for_less_and_less();
        others(1, Pressure.NONE);
        listener.queued = true;
        paused = 0;
        meanwhile = () -> {
            others(scoreboard.accepted(OTHER) + 1, Pressure.NONE);
            free = paused < 3000 * MILLISECOND ? 0 : 1;
        };

        pacing.beforeAccept(listener);

        assertThat(paused).isEqualTo(3000 * MILLISECOND);
    }

    @Test
    void a_worker_that_dies_or_leaves_is_no_longer_waited_for() {
        meanwhile = () -> {
            scoreboard.publish(OTHER, Scoreboard.ABSENT, 0);
            scoreboard.publish(THIRD, Scoreboard.ABSENT, 0);
        };

        pacing.beforeAccept(listener);

        assertThat(paused).isEqualTo(AcceptPacing.POLL_NANOS);
    }

    @Test
    void it_accepts_as_soon_as_a_thread_is_free() {
        meanwhile = () -> free = 1;

        pacing.beforeAccept(listener);

        assertThat(paused).isEqualTo(AcceptPacing.POLL_NANOS);
    }

    @Test
    void a_client_that_was_just_accepted_counts_before_it_has_reached_the_pool() {
        free = 2;
        accept(2);
        assertThat(paused).isZero();

        listener.queued = false;
        pacing.beforeAccept(listener);

        assertThat(paused).isBetween(Pressure.CLAIM_NANOS, 2 * Pressure.CLAIM_NANOS);
    }

    @Test
    void a_listener_that_is_closed_ends_the_wait() {
        meanwhile = () -> {
            try {
                listener.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        };

        pacing.beforeAccept(listener);

        assertThat(paused).isEqualTo(AcceptPacing.POLL_NANOS);
    }

    @Test
    void a_drain_ends_the_wait() {
        meanwhile = pacing::leave;

        pacing.beforeAccept(listener);

        assertThat(paused).isEqualTo(AcceptPacing.POLL_NANOS);
        assertThat(scoreboard.open(OWN)).isEqualTo(Scoreboard.ABSENT);
    }

    @Test
    void an_interrupt_ends_the_wait() {
        Thread.currentThread().interrupt();

        pacing.beforeAccept(listener);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(paused).isZero();
    }

    @Test
    void the_others_do_not_measure_their_connections_by_those_of_a_saturated_one() {
        free = 100;
        others(0, Pressure.HIGHEST);

        accept(30);

        assertThat(paused).isZero();
    }

    private void others(long accepted, long pressure) {
        for (int other : new int[] {OTHER, THIRD}) {
            scoreboard.publishPressure(other, pressure);
            scoreboard.publish(other, 0, accepted);
        }
    }
}
