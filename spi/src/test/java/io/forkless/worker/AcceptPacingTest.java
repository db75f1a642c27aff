package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.internal.control.Scoreboard;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** On simulated time: each pause moves the clock, and may let the other workers do something. */
class AcceptPacingTest extends SimulatedPacing {
    @BeforeEach
    void announceTheOthers() {
        others(0, 0);
    }

    @Test
    void a_worker_that_takes_a_burst_waits_for_the_others_to_take_theirs() {
        accept(2);
        assertThat(paused).isZero();

        meanwhile = () -> others(scoreboard.open(1) + 1, scoreboard.open(2) + 1);
        accept(2);

        assertThat(paused).isEqualTo(AcceptPacing.POLL_NANOS);
        assertThat(scoreboard.open(1)).isEqualTo(1);
    }

    @Test
    void evenly_spread_connections_never_wait() {
        for (int i = 1; i <= 1000; i++) {
            accept(1);
            others(i, i);
        }

        assertThat(paused).isZero();
        assertThat(pacing.open()).isEqualTo(1000);
    }

    @Test
    void being_ahead_by_less_than_an_eighth_is_even_enough() {
        others(1000, 1000);
        accept(1100);

        assertThat(paused).isZero();
    }

    @Test
    void connections_that_end_as_fast_as_they_come_never_wait() {
        for (int i = 0; i < 1000; i++) {
            accept(1);
            pacing.closed();
        }

        assertThat(paused).isZero();
    }

    @Test
    void a_worker_on_its_own_never_waits() {
        others(Scoreboard.ABSENT, Scoreboard.ABSENT);

        accept(1000);

        assertThat(paused).isZero();
    }

    @Test
    void frozen_workers_are_waited_for_less_and_less() {
        accept(1000);
        long early = paused;
        now += 60_000_000_000L;
        paused = 0;
        for (int i = 0; i < 1000; i++) {
            accept(1);
            now += 10_000_000; // a connection every 10 ms, for 10 s
        }

        assertThat(early).isLessThanOrEqualTo(2 * AcceptPacing.PATIENCE_NANOS);
        assertThat(paused).isBetween(AcceptPacing.PATIENCE_NANOS, 12 * AcceptPacing.PATIENCE_NANOS);
    }

    @Test
    void workers_that_move_again_are_waited_for_again() {
        accept(1000);
        now += AcceptPacing.LONGEST_SUSPENSION_NANOS;
        paused = 0;
        meanwhile = () -> others(scoreboard.open(1) + 1, scoreboard.open(2) + 1);

        accept(3);

        assertThat(paused).isEqualTo(3 * AcceptPacing.PATIENCE_NANOS);
    }

    @Test
    void a_worker_counts_from_its_first_accept_until_it_leaves() {
        assertThat(scoreboard.open(OWN)).isEqualTo(Scoreboard.ABSENT);

        accept(2);
        assertThat(scoreboard.open(OWN)).isEqualTo(2);

        pacing.leave();
        pacing.closed();
        assertThat(scoreboard.open(OWN)).isEqualTo(Scoreboard.ABSENT);
        assertThat(pacing.open()).isEqualTo(1);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "nobody can remove a file that is mapped there")
    void what_it_has_published_is_on_a_new_scoreboard_as_well() throws Exception {
        accept(3);
        pacing.closed();
        pacing.refresh();
        assertThat(scoreboard.open(OWN)).isEqualTo(2);

        replaceScoreboard();
        pacing.refresh();

        assertThat(scoreboard.open(OWN)).isEqualTo(2);
        assertThat(scoreboard.accepted(OWN)).isEqualTo(3);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "nobody can remove a file that is mapped there")
    void a_worker_that_takes_no_connections_is_on_no_new_scoreboard() throws Exception {
        replaceScoreboard();
        pacing.refresh();
        assertThat(scoreboard.open(OWN)).isEqualTo(Scoreboard.ABSENT);

        accept(1);
        pacing.leave();
        replaceScoreboard();
        pacing.refresh();
        assertThat(scoreboard.open(OWN)).isEqualTo(Scoreboard.ABSENT);
    }

    @Test
    void a_worker_is_there_as_soon_as_it_waits_for_its_first_connection() {
        pacing.beforeAccept(listener);

        assertThat(scoreboard.open(OWN)).isZero();
    }

    @Test
    void an_interrupted_acceptor_does_not_wait() {
        accept(3);
        Thread.currentThread().interrupt();

        pacing.beforeAccept(listener);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(paused).isZero();
    }

    private void others(long one, long other) {
        scoreboard.publish(1, one, one);
        scoreboard.publish(2, other, other); // index 3 stays absent
    }
}
