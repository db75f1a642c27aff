package io.forkless.benchmarks.processes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final long MILLI = 1_000_000;

    private long now = 5_000 * MILLI;
    private final List<Long> sentAt = new ArrayList<>();

    @Test
    void requests_are_sent_when_they_are_due() throws IOException {
        long first = now + 20 * MILLI;

        Histogram latencies = schedule().follow(first, 100 * MILLI, 3, () -> answerAfter(1));

        assertThat(sentAt).containsExactly(first, first + 100 * MILLI, first + 200 * MILLI);
        assertThat(latencies.getTotalCount()).isEqualTo(3);
        assertThat(latencies.getMaxValue()).isEqualTo(1000);
    }

    @Test
    void a_stall_counts_for_each_request_that_was_due_meanwhile() throws IOException {
        Histogram latencies = schedule().follow(now, 100 * MILLI, 20, () -> answerAfter(sentAt.size() == 1 ? 1000 : 1));

        assertThat(latencies.getMaxValue()).isBetween(1000_000L, 1000_999L);
        // 1000 ms for the one that stalled, then 901, 802, … and so on
        assertThat(latencies.getCountBetweenValues(50_000, 2_000_000)).isEqualTo(10);
        assertThat(latencies.getTotalCount()).isEqualTo(20);
    }

    @Test
    void a_pause_that_ends_early_is_resumed() throws IOException {
        long first = now + 20 * MILLI;

        new Schedule(() -> now, nanos -> now += Math.max(1, nanos / 2)).follow(first, MILLI, 1, () -> answerAfter(1));

        assertThat(sentAt).containsExactly(first);
    }

    private Schedule schedule() {
        return new Schedule(() -> now, nanos -> now += nanos);
    }

    private void answerAfter(long millis) {
        sentAt.add(now);
        now += millis * MILLI;
    }
}
