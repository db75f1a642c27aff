package io.forkless.benchmarks.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ProcessAgeTest {
    @Test
    void the_age_is_the_time_since_boot_without_the_time_until_the_start() {
        String stat = "4711 (a) name) S 1 4711 4711 0 -1 4194304 100 0 0 0 5 3 0 0 20 0 1 0 123456 1000000 500";

        assertThat(ProcessAge.millis("1235.06 2000.00\n", stat)).isCloseTo(500, within(0.001));
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "it is in /proc")
    void a_process_has_an_age() throws IOException {
        assertThat(ProcessAge.millis(ProcessHandle.current().pid())).isPositive();
    }
}
