package io.forkless.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** In virtual time; closing a real one is for the integration tests. */
class ControllingTerminalTest {
    private boolean there = true;
    private long now = Long.MAX_VALUE - 1; // it overflows, as System.nanoTime() may

    @Test
    void a_hup_while_it_is_there_is_somebody_elses() {
        ControllingTerminal terminal = terminal();
        pass(100);
        assertThat(terminal.hasJustGone()).isFalse();
    }

    @Test
    void the_hup_of_its_end_may_come_more_than_once() {
        ControllingTerminal terminal = terminal();
        pass(100);
        there = false;
        assertThat(terminal.hasJustGone()).isTrue();
        pass(1);
        assertThat(terminal.hasJustGone()).isTrue();
    }

    @Test
    void a_hup_long_after_its_end_is_somebody_elses() {
        ControllingTerminal terminal = terminal();
        there = false;
        assertThat(terminal.hasJustGone()).isTrue();
        pass(10);
        assertThat(terminal.hasJustGone()).isFalse();
    }

    @Test
    void a_process_that_has_never_had_one_has_lost_none() {
        there = false;
        ControllingTerminal terminal = terminal();
        assertThat(terminal.hasJustGone()).isFalse();
        there = true; // it opens one, which does not become its own
        assertThat(terminal.hasJustGone()).isFalse();
    }

    private ControllingTerminal terminal() {
        return new ControllingTerminal(() -> there, () -> now);
    }

    private void pass(long seconds) {
        now += Duration.ofSeconds(seconds).toNanos();
    }
}
