package io.forkless.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StopRequestsTest {
    private final List<String> done = new ArrayList<>();
    private long now = Long.MAX_VALUE; // it overflows, as System.nanoTime() may
    private final StopRequests requests = new StopRequests(() -> done.add("stop"), () -> done.add("kill"), () -> now);

    @Test
    void the_first_one_stops_and_each_later_one_kills() {
        for (int i = 0; i < 3; i++) {
            requests.run();
            pass(51);
        }
        assertThat(done).containsExactly("stop", "kill", "kill");
    }

    @Test
    void several_at_once_are_one() {
        requests.run();
        requests.run();
        pass(50);
        requests.run();
        assertThat(done).containsExactly("stop");
        pass(1);
        requests.run();
        assertThat(done).containsExactly("stop", "kill");
    }

    private void pass(long millis) {
        now += Duration.ofMillis(millis).toNanos();
    }
}
