package io.forkless.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.benchmarks.harness.Results.Column;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResultsTest {
    private final Results results = new Results();

    ResultsTest() {
        results.add("plain", Map.of("rate", 100.0));
        results.add("plain", Map.of("rate", 50.0));
        results.add("ours", Map.of("rate", 90.0));
        results.add("ours", Map.of("rate", 45.0));
    }

    @Test
    void a_table_has_a_row_for_each_contender_with_figures_and_ratios() {
        results.add("other", Map.of());
        results.add("other", "p50", 1);

        assertThat(results.table(Column.of("rate", "%.0f"), Column.ratio("rate", "plain")))
                .hasToString("""
                        |       | rate         | : plain           |
                        | ----- | ------------ | ----------------- |
                        | plain | 75 (50..100) | 1.00 (1.00..1.00) |
                        | ours  | 68 (45..90)  | 0.90 (0.90..0.90) |
                        | other | -            | -                 |
                        """);
    }

    @Test
    void a_figure_is_taken_over_under_another_name() {
        Results all = new Results();
        all.addAll(results, "rate", "jetty");

        assertThat(all.get("ours", "jetty").values()).containsExactly(90.0, 45.0);
    }

    @Test
    void figures_and_contenders_change_places() {
        assertThat(results.transposed("rate").get("rate", "ours").values()).containsExactly(90.0, 45.0);
    }
}
