package io.forkless.benchmarks.stops;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.testing.load.Counts;
import io.forkless.testing.load.Failure;
import io.forkless.testing.load.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nothing that a client tells is left out. */
class LedgerTest {
    private static final Flow FLOW = new Flow(Kind.EVENTS, true);
    private static final Flow OTHER = new Flow(Kind.UPLOAD, false);

    @Test
    void every_outcome_has_a_column_and_what_is_lost_is_told_in_words() {
        for (Mode mode : Mode.values()) {
            for (Outcome outcome : Outcome.values()) {
                Ledger ledger = new Ledger(mode);

                count(ledger, FLOW, outcome);

                List<String> all = lastRow(ledger);
                assertThat(all.subList(3, all.size())).as(outcome.name()).containsOnlyOnce("1");
                assertThat(all.get(1)).isEqualTo(mode.isLoss(outcome) ? "1" : "0");
                assertThat(ledger.lost()).isEqualTo(mode.isLoss(outcome) ? 1 : 0);
                assertThat(ledger.losses())
                        .isEqualTo(
                                mode.isLoss(outcome)
                                        ? List.of("event stream with gaps, TLS: " + outcome + ": so it ended")
                                        : List.of());
            }
        }
    }

    @Test
    void the_last_row_is_the_sum() {
        Ledger ledger = new Ledger(Mode.RESTART);

        count(ledger, FLOW, Outcome.REFUSED);
        count(ledger, OTHER, Outcome.WRONG);
        count(ledger, OTHER, Outcome.OK);
        ledger.addUnderWay(List.of(FLOW, OTHER));

        assertThat(lastRow(ledger)).startsWith("all", "2", "2", "1", "1").endsWith("1");
    }

    private static void count(Ledger ledger, Flow flow, Outcome outcome) {
        ledger.add(flow, Counts.of(counted -> counted == outcome ? 1 : 0));
        ledger.add(new Failure(0, flow, null, outcome, "so it ended"));
    }

    private static List<String> lastRow(Ledger ledger) {
        String[] rows = ledger.table().toString().split("\n");
        String row = rows[rows.length - 1];
        return List.of(row.substring(1, row.length() - 1).strip().split("\\s*\\|\\s*"));
    }
}
