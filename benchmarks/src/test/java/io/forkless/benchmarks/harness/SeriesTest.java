package io.forkless.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SeriesTest {
    @Test
    void the_median_is_the_middle_value_whatever_the_order() {
        assertThat(Series.of(30, 10, 20).median()).isEqualTo(20);
    }

    @Test
    void the_median_of_an_even_number_of_values_is_half_way_between_the_two_in_the_middle() {
        assertThat(Series.of(4, 1, 3, 100).median()).isEqualTo(3.5);
    }

    @Test
    void one_outlier_moves_the_spread_but_not_the_median() {
        Series series = Series.of(10, 11, 9, 500, 10);

        assertThat(series.median()).isEqualTo(10);
        assertThat(series.min()).isEqualTo(9);
        assertThat(series.max()).isEqualTo(500);
    }

    @Test
    void a_ratio_is_taken_round_by_round() {
        // both halve their speed in the second round, when the machine is busy: the ratio stays
        Series ratio = Series.of(90, 45).ratioTo(Series.of(100, 50));

        assertThat(ratio.min()).isEqualTo(0.9);
        assertThat(ratio.max()).isEqualTo(0.9);
    }

    @Test
    void a_ratio_leaves_out_rounds_that_only_one_side_has() {
        assertThat(Series.of(1, 2, 3).ratioTo(Series.of(2)).format("%.1f")).isEqualTo("0.5");
    }

    @Test
    void several_values_are_shown_with_their_spread_and_none_with_a_dash() {
        assertThat(Series.of(1, 2, 4).format("%.1f")).isEqualTo("2.0 (1.0..4.0)");
        assertThat(Series.of(1).format("%.1f")).isEqualTo("1.0");
        assertThat(new Series().format("%.1f")).isEqualTo("-");
    }
}
