package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** With a simulated clock; a pause lets its time pass. */
class AcceptPacingTest {
    private static final long MILLISECOND = 1_000_000;

    private final AtomicLong now = new AtomicLong(-5); // System.nanoTime may be negative
    private final List<Long> pauses = new ArrayList<>();
    private final AcceptPacing pacing = new AcceptPacing(now::get, nanos -> {
        pauses.add(nanos);
        now.addAndGet(nanos);
    });

    @Test
    void a_burst_pauses_before_every_second_accept() {
        for (int i = 0; i < 10; i++) {
            accept();
        }

        assertThat(pauses).hasSize(4).containsOnly(MILLISECOND);
        assertThat(pacing.open()).isEqualTo(10);
    }

    @Test
    void one_connection_within_the_window_is_no_burst() {
        accept();
        pacing.beforeAccept();

        assertThat(pauses).isEmpty();
    }

    @Test
    void connections_that_come_slowly_are_no_burst() {
        for (int i = 0; i < 100; i++) {
            accept();
            now.addAndGet(2 * MILLISECOND);
        }

        assertThat(pauses).isEmpty();
    }

    @Test
    void a_steady_state_in_which_connections_end_as_fast_as_they_come_never_pauses() {
        accept();
        for (int i = 0; i < 10_000; i++) {
            accept();
            pacing.closed();
            now.addAndGet(1000);
        }

        assertThat(pauses).isEmpty();
        assertThat(pacing.open()).isOne();
    }

    @Test
    void many_open_connections_alone_are_no_burst() {
        for (int i = 0; i < 1000; i++) {
            pacing.opened();
        }
        now.addAndGet(2 * MILLISECOND);
        pacing.beforeAccept(); // begins a window
        accept();

        assertThat(pauses).isEmpty();
    }

    @Test
    void the_rise_counts_within_one_window_only() {
        accept();
        now.addAndGet(2 * MILLISECOND);
        accept();
        pacing.beforeAccept();
        assertThat(pauses).isEmpty();

        accept();
        pacing.beforeAccept();
        assertThat(pauses).hasSize(1);
    }

    @Test
    void several_acceptors_share_the_count() {
        pacing.beforeAccept();
        pacing.beforeAccept();
        pacing.opened();
        pacing.opened();

        pacing.beforeAccept(); // only one of the two pauses for that rise
        pacing.beforeAccept();

        assertThat(pauses).hasSize(1);
    }

    @Test
    void no_connection_is_lost_count_of_among_threads() throws Exception {
        AcceptPacing shared = new AcceptPacing(System::nanoTime, nanos -> {});
        List<FutureTask<Void>> acceptors = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            FutureTask<Void> acceptor = new FutureTask<>(
                    () -> {
                        for (int k = 0; k < 50_000; k++) {
                            shared.beforeAccept();
                            shared.opened();
                            if (k % 2 == 0) {
                                shared.closed();
                            }
                        }
                    },
                    null);
            acceptors.add(acceptor);
            new Thread(acceptor, "acceptor-" + i).start();
        }
        for (FutureTask<Void> acceptor : acceptors) {
            acceptor.get(60, TimeUnit.SECONDS);
        }

        assertThat(shared.open()).isEqualTo(100_000);
    }

    @Test
    void the_real_pause_is_one_of_time() {
        AcceptPacing real = new AcceptPacing();
        long start = System.nanoTime();
        real.opened();
        real.opened();
        real.beforeAccept();

        assertThat(System.nanoTime()).isGreaterThan(start);
        assertThat(real.open()).isEqualTo(2);
    }

    private void accept() {
        pacing.beforeAccept();
        pacing.opened();
    }
}
