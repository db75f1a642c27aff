package io.forkless.benchmarks.ports;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void equal_shares_have_the_ratio_one() {
        Spread spread = Spread.of(List.of("11", "12", "11", "12"), 2);

        assertThat(spread.maxToMin()).isEqualTo(1);
        assertThat(spread.maxToFair()).isEqualTo(1);
    }

    @Test
    void a_worker_that_has_got_nothing_counts() {
        Spread spread = Spread.of(List.of("11", "12", "11", "12"), 4);

        assertThat(spread.maxToMin()).isInfinite();
        assertThat(spread.maxToFair()).isEqualTo(2);
    }

    @Test
    void what_wrk_has_counted_is_found_among_its_other_lines() {
        Spread spread = Spread.parse("""
                Requests/sec:   1123.38
                worker 4711 answered 300
                worker 4712 answered 100
                """, 2);

        assertThat(spread.maxToMin()).isEqualTo(3);
        assertThat(spread.maxToFair()).isEqualTo(1.5);
    }
}
