package io.forkless.supervisor.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.LongSummaryStatistics;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {
    private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30), new Random(1));

    @ParameterizedTest
    @CsvSource({"0,100", "1,200", "5,3200", "8,25600", "9,30000", "62,30000", "2147483647,30000"})
    void delays_double_up_to_the_most_and_vary_by_a_fifth(int attempt, long millis) {
        LongSummaryStatistics delays = LongStream.generate(
                        () -> backoff.delay(attempt).toNanos())
                .limit(10_000)
                .summaryStatistics();
        assertThat(delays.getMin()).isBetween(millis * 800_000, millis * 810_000);
        assertThat(delays.getMax()).isBetween(millis * 1_190_000, millis * 1_200_000);
        assertThat(delays.getAverage()).isBetween(millis * 990_000.0, millis * 1_010_000.0);
    }

    @Test
    void workers_that_died_together_do_not_come_back_together() {
        assertThat(backoff.delay(3)).isNotEqualTo(backoff.delay(3));
    }
}
