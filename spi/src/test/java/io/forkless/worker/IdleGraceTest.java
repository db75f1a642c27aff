package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class IdleGraceTest {
    private final IdleGrace grace = new IdleGrace(Duration.ofSeconds(3));

    @Test
    void a_connection_is_closed_when_it_has_been_idle_for_the_grace_and_cut_half_a_second_later() {
        assertThat(grace.isOver(Duration.ofMillis(2999))).isFalse();
        assertThat(grace.isOver(Duration.ofMillis(3000))).isTrue();
        assertThat(grace.isOverdue(Duration.ofMillis(3499))).isFalse();
        assertThat(grace.isOverdue(Duration.ofMillis(3500))).isTrue();
    }

    @Test
    void without_any_grace_what_is_idle_now_is_closed_now() {
        assertThat(new IdleGrace(Duration.ZERO).isOver(Duration.ZERO)).isTrue();
        assertThat(new IdleGrace(Duration.ZERO).isOverdue(Duration.ZERO)).isFalse();
    }

    @Test
    void a_negative_one_is_refused() {
        assertThatThrownBy(() -> new IdleGrace(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("drainIdleGrace PT-0.001S is negative");
    }
}
