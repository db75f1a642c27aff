package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The order of a drain, in virtual time. */
class GracefulDrainTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final List<String> calls = new ArrayList<>();
    private Duration now = Duration.ZERO;
    private Duration drainedAt = Duration.ZERO;
    private IOException stopAcceptingFails;

    @Test
    void a_server_without_connections_is_stopped_at_once() throws Exception {
        drain();

        assertThat(calls).containsExactly("stopAccepting", "announceEnd", "stop");
        assertThat(now).isZero();
    }

    @Test
    void connections_are_awaited_while_those_that_are_idle_are_closed() throws Exception {
        drainedAt = Duration.ofMillis(25);

        drain();

        assertThat(calls)
                .containsExactly("stopAccepting", "announceEnd", "closeIdle", "closeIdle", "closeIdle", "stop");
        assertThat(now).isEqualTo(Duration.ofMillis(30));
    }

    @Test
    void a_server_that_does_not_drain_is_stopped_when_the_time_is_over() throws Exception {
        drainedAt = LIMIT.multipliedBy(2);

        assertThatThrownBy(this::drain).isInstanceOf(GracefulDrain.NotDrainedException.class);

        assertThat(calls).endsWith("closeIdle", "beforeCut", "stop");
        assertThat(now).isEqualTo(LIMIT);
    }

    @Test
    void a_listener_that_cannot_be_given_up_ends_the_drain() {
        stopAcceptingFails = new IOException("close: EIO");

        assertThatThrownBy(this::drain).isSameAs(stopAcceptingFails);
        assertThat(calls).containsExactly("stopAccepting");
    }

    private void drain() throws Exception {
        GracefulDrain drain =
                new GracefulDrain(new Server(), () -> now.toNanos(), millis -> now = now.plusMillis(millis));
        drain.beforeCut(() -> calls.add("beforeCut"));
        drain.drain(LIMIT);
    }

    private final class Server implements DrainableServer {
        @Override
        public void stopAccepting() throws IOException {
            calls.add("stopAccepting");
            if (stopAcceptingFails != null) {
                throw stopAcceptingFails;
            }
        }

        @Override
        public void announceEnd() {
            calls.add("announceEnd");
        }

        @Override
        public boolean isDrained() {
            return now.compareTo(drainedAt) >= 0;
        }

        @Override
        public void closeIdle() {
            calls.add("closeIdle");
        }

        @Override
        public void stop() {
            calls.add("stop");
        }
    }
}
