package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On simulated time. */
class PressureTest {
    private static final long AGES = 3_600_000_000_000L;

    private long now = Long.MAX_VALUE - 1000; // the clock may overflow, as System.nanoTime() may
    private long free = 4;
    private final Pressure pressure = new Pressure(() -> now);

    @BeforeEach
    void aPool() {
        pressure.limitedBy(() -> free);
    }

    @Test
    void there_is_none_while_threads_are_free() {
        assertThat(pressure.current()).isEqualTo(Pressure.NONE);
    }

    @Test
    void it_grows_from_when_the_last_thread_was_first_missed_up_to_a_limit() {
        now += AGES;
        free = 0;
        assertThat(pressure.current()).isEqualTo(Pressure.CLAIMED + 1);
        now += 1000;
        assertThat(pressure.current()).isEqualTo(Pressure.CLAIMED + 1001);
        now += AGES;
        assertThat(pressure.current()).isEqualTo(Pressure.HIGHEST);
    }

    @Test
    void a_thread_that_becomes_free_ends_it() {
        free = -7;
        pressure.current();
        now += AGES;
        free = 1;
        assertThat(pressure.current()).isEqualTo(Pressure.NONE);

        free = 0;
        assertThat(pressure.current()).isEqualTo(Pressure.CLAIMED + 1);
    }

    @Test
    void a_client_that_was_just_accepted_claims_a_thread_for_a_while() {
        accept(3);
        assertThat(pressure.current()).isEqualTo(Pressure.NONE);
        accept(1);
        assertThat(pressure.current()).isEqualTo(Pressure.CLAIMED);

        now += Pressure.CLAIM_NANOS - 1;
        assertThat(pressure.current()).isEqualTo(Pressure.CLAIMED);
        now += Pressure.CLAIM_NANOS + 1;
        assertThat(pressure.current()).isEqualTo(Pressure.NONE);
    }

    @Test
    void a_claim_made_late_in_a_period_lasts_as_long() {
        now += Pressure.CLAIM_NANOS - 1;
        accept(4);
        now += 1;
        assertThat(pressure.current()).isEqualTo(Pressure.CLAIMED);
        now += Pressure.CLAIM_NANOS - 2;
        assertThat(pressure.current()).isEqualTo(Pressure.CLAIMED);
        now += 2;
        assertThat(pressure.current()).isEqualTo(Pressure.NONE);
    }

    @Test
    void a_connection_that_ends_claims_nothing() {
        for (int i = 0; i < 100; i++) {
            accept(1);
            pressure.ended();
        }
        assertThat(pressure.current()).isEqualTo(Pressure.NONE);
    }

    @Test
    void clients_after_a_long_silence_claim_threads_as_well() {
        now += AGES;
        accept(4);
        assertThat(pressure.current()).isEqualTo(Pressure.CLAIMED);
    }

    @Test
    void of_several_pools_the_fullest_one_counts() {
        pressure.limitedBy(() -> Long.MAX_VALUE);
        assertThat(pressure.current()).isEqualTo(Pressure.NONE);
        pressure.limitedBy(() -> 0);
        assertThat(pressure.current()).isGreaterThan(Pressure.CLAIMED);
    }

    @Test
    void a_worker_whose_capacity_nobody_knows_has_none() {
        Pressure unknown = new Pressure(() -> now);
        unknown.limitedBy(() -> Long.MAX_VALUE);
        for (int i = 0; i < 1000; i++) {
            unknown.claim();
        }
        assertThat(unknown.current()).isEqualTo(Pressure.NONE);
    }

    private void accept(int clients) {
        for (int i = 0; i < clients; i++) {
            pressure.claim();
        }
    }
}
