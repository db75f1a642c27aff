package io.forkless.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessGroupTest {
    @ParameterizedTest
    @CsvSource({
        "12 (java) S 1 12 10 34816 12 4194560 1, true, false",
        "12 (java) S 1 12 10 34816 10 4194560 1, true, true",
        "12 (a) (b c) S 1 12 10 34816 12 4194560 1, true, false",
        "12 (java) S 1 12 12 0 -1 4194560 1, false, false"
    })
    void tells_the_terminal_and_whether_it_is_in_its_background(String stat, boolean terminal, boolean background) {
        ProcessGroup group = ProcessGroup.parse(stat);
        assertThat(group.hasTerminal()).isEqualTo(terminal);
        assertThat(group.isInBackground()).isEqualTo(background);
    }
}
