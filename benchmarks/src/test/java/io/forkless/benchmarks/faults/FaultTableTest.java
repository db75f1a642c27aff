package io.forkless.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.benchmarks.faults.Contender.Connections;
import io.forkless.testing.load.Counts;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the rows say. */
class FaultTableTest {
    private static final Contender ONE =
            new Contender("one", "1.0", Connections.KEPT, EnumSet.allOf(Fault.class), "so", (bench, workers) -> null);

    @Test
    void times_are_the_worst_of_all_rounds_and_a_round_that_never_ended_is_told() {
        FaultTable table = new FaultTable(Fault.RESTART);

        table.add(ONE, List.of(result(Duration.ofMillis(70)), result(Duration.ofMillis(90))));
        table.add(ONE, List.of(result(Duration.ofMillis(70)), result(null)));

        assertThat(cells(table.toString(), 2)).startsWith("one", "0 (0)").endsWith("1.50", "12", "34", "90");
        assertThat(cells(table.toString(), 3)).endsWith("never");
    }

    @Test
    void only_a_fault_with_a_victim_has_something_in_flight() {
        assertThat(cells(new FaultTable(Fault.KILL).toString(), 0)).contains("beyond in flight");
        assertThat(cells(new FaultTable(Fault.DEPLOY).toString(), 0)).doesNotContain("beyond in flight");
    }

    @Test
    void who_does_not_take_part_has_a_row_with_the_reason() {
        for (Fault fault : Fault.values()) {
            FaultTable table = new FaultTable(fault);

            table.add(ONE, "not installed");

            assertThat(cells(table.toString(), 2)).startsWith("one", "not installed");
        }
    }

    private static FaultResult result(Duration back) {
        return new FaultResult(new Counts(), 0, 1.5, Duration.ofMillis(12), Duration.ofMillis(34), back);
    }

    private static List<String> cells(String table, int line) {
        String row = table.split("\n")[line];
        return List.of(row.substring(1, row.length() - 1).strip().split("\\s*\\|\\s*"));
    }
}
