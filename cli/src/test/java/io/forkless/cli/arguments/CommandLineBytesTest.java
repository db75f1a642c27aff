package io.forkless.cli.arguments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forkless.internal.control.NativeText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** In a process of UTF-8; what the locale {@code C} does to arguments is tried on the packaged command. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "arguments are no bytes there")
class CommandLineBytesTest {
    @BeforeEach
    void only_in_UTF_8() {
        Assumptions.assumeTrue(
                NativeText.charset().equals(StandardCharsets.UTF_8) && NativeText.isIntact("\u00fc"),
                "the locale of this machine is another one");
    }

    @Test
    void arguments_that_have_arrived_are_fine() {
        CommandLineBytes bytes = bytes("java\0-jar\0forkless.jar\0run\0gr\u00fc\u00df\0\0");
        assertThat(bytes.words()).hasSize(6);
        assertThatCode(() -> bytes.requireIntact(List.of("run", "gr\u00fc\u00df", "")))
                .doesNotThrowAnyException();
        assertThatCode(() -> bytes.requireIntact(List.of())).doesNotThrowAnyException();
    }

    @Test
    void a_replacement_character_is_fine_if_it_was_given() {
        assertThatCode(() -> bytes("java\0\ufffd\0").requireIntact(List.of("\ufffd")))
                .doesNotThrowAnyException();
    }

    @Test
    void bytes_that_are_not_UTF_8_are_refused() {
        byte[] latin1 = "java\0run\0--name=caf\u00e9 \"1\"\0".getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> CommandLineBytes.of(latin1).requireIntact(List.of("run", "--name=caf\ufffd \"1\"")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("argument 2, '--name=caf\\xE9 \"1\"', cannot be passed on as it is:"
                        + " it is not UTF-8, which is the encoding of this process");
    }

    @Test
    void arguments_that_came_another_way_are_taken_as_they_are() {
        CommandLineBytes bytes = bytes("java\0@jvm.args\0");
        assertThatCode(() -> bytes.requireIntact(List.of("run", "gr\u00fc\u00df", "x")))
                .doesNotThrowAnyException();
        assertThatCode(() -> bytes("").requireIntact(List.of("gr\u00fc\u00df"))).doesNotThrowAnyException();
        assertThatThrownBy(() -> bytes("").requireIntact(List.of("\ud800")))
                .hasMessageStartingWith("argument 1, '?', cannot be passed on as it is: ");
    }

    private static CommandLineBytes bytes(String text) {
        return CommandLineBytes.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
