package io.forkless.internal.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class UserIdTest {
    @Test
    void the_effective_one_is_the_second_number() {
        List<String> status =
                List.of("Name:\tjava", "Umask:\t0022", "Uid:\t1000\t4294967294\t0\t4294967294", "Gid:\t1\t2");

        assertThat(UserId.effectiveOf(status)).isEqualTo(4294967294L);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no such numbers")
    void our_files_are_ours(@TempDir Path directory) throws Exception {
        Path file = Files.createFile(directory.resolve("file"));

        assertThat(UserId.isKnown()).isTrue();
        assertThat(UserId.ownerOf(file)).isEqualTo(UserId.ours()).isNotNegative();
        assertThat(UserId.nameOfOurs()).isEqualTo(UserId.nameOfOwner(file));
    }

    @Test
    @EnabledOnOs(value = OS.WINDOWS, disabledReason = "other systems have such numbers")
    void nobody_has_one_on_windows(@TempDir Path directory) throws Exception {
        assertThat(UserId.isKnown()).isFalse();
        assertThat(UserId.ownerOf(directory)).isEqualTo(UserId.ours()).isEqualTo(UserId.NONE);
    }
}
