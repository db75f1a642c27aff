package io.forkless.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** By which path the current directory was entered. */
class LogicalDirectoryTest {
    private static final Path RELATIVE = Path.of("logs");

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links take a privilege there")
    void the_path_that_the_shell_tells_is_taken_with_its_links(@TempDir Path temporary) throws Exception {
        Path link = Files.createSymbolicLink(
                temporary.resolve("current"), Path.of("").toAbsolutePath());
        LogicalDirectory here = LogicalDirectory.of(link.toString());
        assertThat(here.path()).isEqualTo(link);
        assertThat(here.resolve(RELATIVE)).isEqualTo(link.resolve(RELATIVE));
    }

    /** That of another process, say, or what somebody has made of it. */
    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", ".", "/", "/no/such/directory", "no\0such"})
    void a_path_that_leads_elsewhere_is_not_taken(String pwd) {
        LogicalDirectory here = LogicalDirectory.of(pwd);
        assertThat(here.path()).isEqualTo(Path.of(""));
        assertThat(here.resolve(RELATIVE)).isEqualTo(RELATIVE);
    }

    @Test
    void nothing_stays_nothing_and_what_is_absolute_stays_as_it_is(@TempDir Path temporary) {
        LogicalDirectory here = LogicalDirectory.of(Path.of("").toAbsolutePath().toString());
        assertThat(here.resolve(null)).isNull();
        assertThat(here.resolve(temporary)).isEqualTo(temporary);
    }
}
