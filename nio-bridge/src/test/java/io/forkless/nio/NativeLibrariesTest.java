package io.forkless.nio;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.testing.ChildJvm;
import io.forkless.testing.JavaProgram;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class NativeLibrariesTest {
    @TempDir
    private Path temporary;

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "JNA takes another directory there")
    void a_user_without_a_home_gets_no_directory_of_that_name() throws Exception {
        assertThat(unpackedBy("?", Map.of("XDG_CACHE_HOME", ""))).isEqualTo(temporary.toString());
        assertThat(unpackedBy("/home/x", Map.of("XDG_CACHE_HOME", "relative"))).isEqualTo(temporary.toString());
    }

    @Test
    void who_has_a_home_or_a_choice_keeps_it() throws Exception {
        String home = temporary.toAbsolutePath().toString();
        assertThat(unpackedBy(home, Map.of("XDG_CACHE_HOME", ""))).isEqualTo("null");
        assertThat(unpackedBy("?", Map.of("XDG_CACHE_HOME", ""), "-Djna.tmpdir=" + home))
                .isEqualTo(home);
    }

    private String unpackedBy(String home, Map<String, String> environment, String... options) throws Exception {
        JavaProgram program = JavaProgram.of(Unpacking.class)
                .temporary(temporary)
                .options("-Duser.home=" + home)
                .options(options);
        try (ChildJvm jvm = ChildJvm.start(environment, program)) {
            assertThat(jvm.awaitExit()).as(jvm.output()).isZero();
            return jvm.output().strip();
        }
    }

    /** Says where JNA is told to unpack; {@code null}: where it likes. */
    static final class Unpacking {
        private Unpacking() {}

        public static void main(String[] arguments) {
            NativeLibraries.unpackOutsideOfTheWorkingDirectory();
            System.out.println(System.getProperty("jna.tmpdir"));
        }
    }
}
