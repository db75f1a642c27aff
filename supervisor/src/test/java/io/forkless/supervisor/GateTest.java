package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forkless.supervisor.pool.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What happens while another supervisor is about to take over. */
class GateTest {
    private final List<String> happened = new ArrayList<>();
    private final List<Runnable> due = new ArrayList<>();

    /** Its timers fall due when the test says so. */
    private final Gate gate = new Gate(new Timers() {
        @Override
        public long nanoTime() {
            return 42;
        }

        @Override
        public Timer after(Duration delay, Runnable action) {
            due.add(action);
            return () -> due.remove(action);
        }
    });

    private Runnable noted(String what) {
        return () -> happened.add(what);
    }

    @Test
    void what_happens_while_it_is_closed_is_made_up_for_in_its_order() {
        gate.run(noted("before"));
        gate.close();
        gate.run(noted("exit"));
        gate.after(Duration.ofSeconds(1), noted("timer"));
        due.forEach(Runnable::run);
        gate.run(noted("ready"));
        assertThat(happened).containsExactly("before");
        gate.open();
        assertThat(happened).containsExactly("before", "exit", "timer", "ready");
        gate.run(noted("after"));
        assertThat(happened).endsWith("after");
        gate.open();
        assertThat(happened).as("once").hasSize(5);
        assertThat(gate.nanoTime()).isEqualTo(42);
    }

    @Test
    void a_timer_that_is_cancelled_while_it_is_held_has_no_effect() {
        Timers.Timer timer = gate.after(Duration.ofSeconds(1), noted("timer"));
        gate.close();
        due.get(0).run();
        timer.cancel();
        gate.open();
        assertThat(happened).isEmpty();
        assertThat(due).isEmpty();
    }

    @Test
    void what_fails_keeps_nothing_else_back() {
        gate.close();
        gate.run(() -> {
            throw new IllegalStateException("no luck");
        });
        gate.run(noted("later"));
        assertThatThrownBy(gate::open).hasMessage("no luck");
        gate.open();
        assertThat(happened).containsExactly("later");
    }

    @Test
    void what_is_made_up_for_may_close_it_again() {
        gate.close();
        gate.run(gate::close);
        gate.run(noted("later"));
        gate.open();
        assertThat(happened).isEmpty();
        gate.open();
        assertThat(happened).containsExactly("later");
    }
}
