package io.forkless.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.knowm.xchart.CategoryChart;

class ChartsTest {
    private final Results results = new Results();

    @BeforeEach
    void one_has_both_figures() {
        for (double value : new double[] {11, 12, 19}) {
            results.add("one", "kill", value);
        }
        results.add("one", "deploy", 7);
    }

    @Test
    void each_bar_is_a_median() {
        results.add("other", "kill", 5);
        results.add("other", "deploy", 8);

        assertThat(bars("one")).containsExactly(12.0, 7.0);
        assertThat(bars("other")).containsExactly(5.0, 8.0);
    }

    @Test
    void who_has_no_such_figure_or_an_infinite_one_gets_no_bar() {
        results.add("other", "kill", Double.POSITIVE_INFINITY);

        assertThat(bars("other")).isEqualTo(Arrays.asList(null, null));
    }

    private List<Object> bars(String contender) {
        CategoryChart chart = Charts.bars("Losses", "requests", results, List.of("kill", "deploy"), "0");
        return new ArrayList<>(chart.getSeriesMap().get(contender).getYData());
    }
}
