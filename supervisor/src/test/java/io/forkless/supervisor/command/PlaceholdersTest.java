package io.forkless.supervisor.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlaceholdersTest {
    private static final Placeholders PLACEHOLDERS = new Placeholders(3, "w$b\\1");

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            address=500{index}              | address=5003
            {name}-{index}-{index}          | w$b\\1-3-3
            {{index}} and {{name}}          | {index} and {name}
            {{{index}}}                     | {{index}}
            {{index}                        | {3
            {index}}                        | 3}
            {"index":{index},"a":{}}        | {"index":3,"a":{}}
            {Index} {INDEX} { index } {pid} | {Index} {INDEX} { index } {pid}
            ${index} $index %{name          | $3 $index %{name
            """)
    void each_worker_gets_its_own(String template, String text) {
        assertThat(PLACEHOLDERS.fill(template)).isEqualTo(text);
    }

    @Test
    void all_words_of_a_command_are_filled() {
        assertThat(PLACEHOLDERS.fill(List.of("java", "-Da={index}"))).containsExactly("java", "-Da=3");
    }

    @Test
    void what_is_filled_with_the_name_alone_can_be_filled_with_the_index_later() {
        String named = Placeholders.withName("{name} {index} {{name}} {{index}}", "web");
        assertThat(named).isEqualTo("web {index} {{name}} {{index}}");
        assertThat(PLACEHOLDERS.fill(named)).isEqualTo("web 3 {name} {index}");
    }

    @ParameterizedTest
    @CsvSource({"a{index}b, true", "{{index}}, false", "{name}, false", "index, false", "{{{index}}} {index}, true"})
    void whether_a_text_differs_from_worker_to_worker_can_be_told(String text, boolean differs) {
        assertThat(Placeholders.haveIndexIn(text)).isEqualTo(differs);
    }
}
