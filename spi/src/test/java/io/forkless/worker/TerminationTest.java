package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TerminationTest {
    private final AtomicInteger drains = new AtomicInteger();

    @Test
    void a_worker_that_alone_is_told_to_end_drains() {
        new Termination(() -> false, drains::incrementAndGet).run();
        assertThat(drains).hasValue(1);
    }

    @Test
    void a_worker_whose_supervisor_stops_a_little_later_waits_for_its_word() {
        AtomicInteger looks = new AtomicInteger();
        new Termination(() -> looks.incrementAndGet() > 3, drains::incrementAndGet).run();
        assertThat(drains).hasValue(0);
    }

    @Test
    void the_second_signal_drains_whatever_the_supervisor_does() {
        Termination termination = new Termination(() -> true, drains::incrementAndGet);
        termination.run();
        assertThat(drains).hasValue(0);
        termination.run();
        assertThat(drains).hasValue(1);
    }
}
