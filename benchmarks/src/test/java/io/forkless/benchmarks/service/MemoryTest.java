package io.forkless.benchmarks.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class MemoryTest {
    private static final String ROLLUP = """
            55e5c0a2d000-7ffd8e7fe000 ---p 00000000 00:00 0                          [rollup]
            Rss:              204800 kB
            Pss:              153600 kB
            Pss_Dirty:         91240 kB
            Pss_Anon:          90112 kB
            Shared_Clean:      24516 kB
            """;

    @Test
    void the_shared_part_counts_by_share() {
        assertThat(Memory.pss(ROLLUP)).isEqualTo(150);
    }

    @Test
    void what_is_no_rollup_is_told() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Memory.pss("Rss: 1 kB\n"))
                .withMessage("no Pss: in: Rss: 1 kB\n");
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "it is in /proc")
    void processes_are_added_up() throws IOException {
        ProcessHandle self = ProcessHandle.current();
        double once = Memory.pss(List.of(self));
        assertThat(once).isPositive();
        assertThat(Memory.pss(List.of(self, self))).isGreaterThan(once);
    }
}
