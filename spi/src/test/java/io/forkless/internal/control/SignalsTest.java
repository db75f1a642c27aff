package io.forkless.internal.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.testing.ChildJvm;
import io.forkless.testing.JavaProgram;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no kill(1)")
class SignalsTest {
    private static final String ACTION = "handled by forkless";

    @Test
    void a_real_signal_runs_the_action_each_time_in_place_of_the_jvms_exit() throws Exception {
        try (ChildJvm jvm = start()) {
            jvm.awaitOutput("TERM true");
            jvm.signal("TERM");
            jvm.awaitOutput(ACTION + " 1");
            jvm.signal("TERM");
            jvm.awaitOutput(ACTION + " 2");
            assertThat(jvm.isAlive()).isTrue();
        }
    }

    @Test
    void a_signal_that_does_not_exist_or_cannot_be_handled_is_reported() {
        assertThat(Signals.handle("NOSUCH", () -> {})).isFalse();
        assertThat(Signals.handle("KILL", () -> {})).isFalse();
    }

    @Test
    void a_signal_that_is_ignored_unless_it_is_handled_has_no_effect_and_keeps_its_handler() throws Exception {
        Map<String, String> none = Map.of();
        JavaProgram program = JavaProgram.of(SignalProgram.class, "USR1").options("-Dignored=USR1,TTIN");
        try (ChildJvm jvm = ChildJvm.start(none, program)) {
            jvm.awaitOutput("USR1 true");
            jvm.signal("TTIN");
            jvm.signal("USR1");
            jvm.awaitOutput(ACTION + " 1");
        }
    }

    @Test
    void a_signal_that_the_jvm_was_told_to_leave_alone_is_reported() throws Exception {
        try (ChildJvm jvm = start("-Xrs")) {
            jvm.awaitOutput("TERM false");
            jvm.signal("TERM");
            assertThat(jvm.awaitExit()).isEqualTo(128 + 15);
            assertThat(jvm.output()).doesNotContain(ACTION).contains("WARNING: cannot handle SIGTERM");
        }
    }

    @Test
    void a_jvm_without_what_handles_signals_says_so_and_what_to_do() throws Exception {
        try (ChildJvm jvm = start("--limit-modules", "java.logging,java.management")) {
            jvm.awaitOutput("TERM false");
            assertThat(jvm.output()).contains("WARNING: cannot handle SIGTERM").contains("add it with --add-modules");
        }
    }

    private static ChildJvm start(String... options) throws IOException {
        return ChildJvm.start(
                Map.of(), JavaProgram.of(SignalProgram.class, "TERM").options(options));
    }

    /** Handles the signal given as argument and waits to be killed. */
    static final class SignalProgram {
        private static int count;

        private SignalProgram() {}

        public static void main(String[] arguments) throws InterruptedException {
            String name = arguments[0];
            boolean handled = Signals.handle(name, () -> System.out.println(ACTION + " " + ++count));
            for (String ignored : System.getProperty("ignored", "NOSUCH").split(",")) {
                Signals.ignoreUnlessHandled(ignored);
            }
            System.out.println(name + " " + handled);
            new CountDownLatch(1).await();
        }
    }
}
