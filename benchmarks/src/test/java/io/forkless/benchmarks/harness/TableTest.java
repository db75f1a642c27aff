package io.forkless.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void columns_are_as_wide_as_their_widest_cell() {
        Table table = new Table("", "rate").row("plain", "1").row("x", "100000");

        assertThat(table.toString()).isEqualTo("""
                        |       | rate   |
                        | ----- | ------ |
                        | plain | 1      |
                        | x     | 100000 |
                        """);
    }

    @Test
    void a_row_with_a_cell_too_few_is_refused() {
        Table table = new Table("a", "b");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> table.row("1"))
                .withMessage("2 columns, but a row of [1]");
    }

    @Test
    void who_has_no_figures_has_a_row_with_the_reason() {
        assertThat(new Table("", "rate", "p50").without("x", "not installed")).hasToString("""
                        |   | rate          | p50 |
                        | - | ------------- | --- |
                        | x | not installed |     |
                        """);
    }
}
