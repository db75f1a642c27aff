package io.forkless.supervisor.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** As a JVM reads JAVA_TOOL_OPTIONS. */
class WordTest {
    @Test
    void words_are_separated_by_white_space() {
        assertThat(Word.textsIn(" -Da=1\t-Db=2\n -Dc ")).containsExactly("-Da=1", "-Db=2", "-Dc");
        assertThat(Word.textsIn("")).isEmpty();
        assertThat(Word.textsIn("  ")).isEmpty();
    }

    @Test
    void quotes_keep_a_word_together_and_are_not_part_of_it() {
        assertThat(Word.textsIn("\"-Da=b c\" -Dd='e \"f' -D\"g h\"i '' -Dj=\"k"))
                .containsExactly("-Da=b c", "-Dd=e \"f", "-Dg hi", "", "-Dj=k");
    }

    @Test
    void a_word_knows_where_it_is() {
        String whole = " -Da '-Db c' -Dd";
        Word quoted = Word.in(whole).get(1);
        assertThat(whole.substring(quoted.start(), quoted.end())).isEqualTo("'-Db c'");
    }
}
