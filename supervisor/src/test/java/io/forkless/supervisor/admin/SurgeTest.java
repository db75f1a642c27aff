package io.forkless.supervisor.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SurgeTest {
    @ParameterizedTest
    @CsvSource({"1,4,1", "2,4,2", "1024,4,1024", "100%,4,4", "50%,4,2", "50%,3,2", "1%,4,1", "34%,3,2", "100%,1024,1024"
    })
    void it_is_a_number_or_a_share_of_the_workers_rounded_up(String text, int workers, int surge) {
        assertThat(Surge.of(text, workers)).hasValue(surge);
        assertThat(Surge.requireValid(text)).isEqualTo(text);
    }

    @Test
    void without_one_it_is_the_supervisors() {
        assertThat(Surge.of("", 4)).isEmpty();
        assertThat(Surge.requireValid("")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0", "-1", "+1", "1025", "101%", "0%", "%", "1.5", "all", " 1", "1 ", "99999999999999999999", "１"
            })
    void anything_else_is_refused_with_the_range(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Surge.of(text, 4))
                .withMessageStartingWith("surge: ")
                .withMessageMatching(".*(1024|100%).*");
        assertThatIllegalArgumentException().isThrownBy(() -> Surge.requireValid(text));
    }
}
