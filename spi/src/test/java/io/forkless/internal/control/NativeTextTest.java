package io.forkless.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What holds in each locale; processes of other locales are started by the tests of the command. */
class NativeTextTest {
    @Test
    void ascii_is_intact_everywhere() {
        assertThat(NativeText.isIntact("--name=web 'x' \\ \t")).isTrue();
        assertThat(NativeText.isIntact("web", "web".getBytes(StandardCharsets.US_ASCII)))
                .isTrue();
        assertThat(NativeText.isIntact(Path.of("web"))).isTrue();
        assertThatCode(() -> NativeText.requireIntact("name", "web")).doesNotThrowAnyException();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "any UTF-16 is passed on as it is there")
    void half_a_character_is_intact_nowhere() {
        assertThat(NativeText.isIntact("\ud800")).isFalse();
        assertThat(NativeText.isIntact("web", "wet".getBytes(StandardCharsets.US_ASCII)))
                .isFalse();
        assertThatThrownBy(() -> NativeText.requireIntact("name 'x'", "\ud800"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("name 'x' cannot be passed on as it is: " + NativeText.reason());
    }

    @Test
    void a_text_is_shown_in_ascii() {
        assertThat(NativeText.visible("a ~'\"\\")).isEqualTo("a ~'\"\\");
        assertThat(NativeText.visible("gr\u00fc\u00df\n\u007f")).isEqualTo("gr\\xC3\\xBC\\xC3\\x9F\\x0A\\x7F");
        assertThat(NativeText.visible(new byte[] {'x', (byte) 0xE4})).isEqualTo("x\\xE4");
        assertThat(NativeText.visible("x".repeat(5000))).isEqualTo("x".repeat(200) + "...");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "its paths have drives and backslashes")
    void a_path_is_shown_in_ascii() {
        assertThat(NativeText.visible(Path.of("/no/such dir/a+b%41"))).isEqualTo("/no/such dir/a+b%41");
    }
}
