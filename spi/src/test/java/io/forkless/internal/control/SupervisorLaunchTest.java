package io.forkless.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.forkless.testing.JavaProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a supervisor is started again. */
class SupervisorLaunchTest {
    private static final List<String> WORDS = List.of("java", "a b", "", "c=\\d:#\u00fc", " e\n");

    @TempDir
    private Path directory;

    private SupervisorLaunch launch(List<String> command, Path output) {
        Map<String, String> environment = Map.of("A", "b = c", "spring.name", "", "LANG", "C.UTF-8");
        return new SupervisorLaunch(command, directory, environment, output, WORDS, List.of("--workers=3"));
    }

    @Test
    void it_is_read_as_it_was_written() throws Exception {
        Path file = directory.resolve(SupervisorLaunch.FILE);
        for (Path output : new Path[] {null, directory.resolve("forkless.log")}) {
            SupervisorLaunch launch = launch(WORDS, output);
            launch.writeTo(file);
            assertThat(SupervisorLaunch.read(file)).isEqualTo(launch);
        }
        assertThat(launch(WORDS, null)).asString().doesNotContain("b = c");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no permissions of POSIX")
    void nobody_else_can_read_it() throws Exception {
        Path file = directory.resolve(SupervisorLaunch.FILE);
        launch(WORDS, null).writeTo(file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "version=1",
                "version=x\ndirectory=/",
                "version=2\ndirectory=/",
                "version=1\ndirectory=\\u00",
                "secret"
            })
    void what_is_none_is_refused_and_not_repeated(String text) throws Exception {
        Path file = Files.writeString(directory.resolve("garbage"), text);
        assertThatIOException()
                .isThrownBy(() -> SupervisorLaunch.read(file))
                .satisfies(e ->
                        assertThat(e).hasMessageStartingWith(file.toString()).hasNoCause())
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links take a privilege there")
    void a_link_is_not_followed() throws Exception {
        Path file = directory.resolve("elsewhere");
        launch(WORDS, null).writeTo(file);
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        assertThatIOException().isThrownBy(() -> SupervisorLaunch.read(link));
    }

    @Test
    void it_starts_a_process_with_its_directory_and_its_variables_alone() throws Exception {
        Path output = Files.writeString(directory.resolve("forkless.log"), "before\n");
        Process process = launch(JavaProgram.of(Place.class).command(), output).start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(output)
                .content()
                .startsWith("before\n")
                .contains("in " + directory.toRealPath(), "A is b = c", "PATH is null", "input has 0 bytes", "error");
    }

    @Test
    void output_that_nobody_wants_is_dropped() throws Exception {
        Process process = launch(JavaProgram.of(Place.class).command(), null).start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assumeThat(process.exitValue()).isZero();
    }

    /** Says where it is. */
    static final class Place {
        private Place() {}

        public static void main(String[] arguments) throws Exception {
            System.out.println("in " + Path.of("").toRealPath());
            System.out.println("A is " + System.getenv("A"));
            System.out.println("PATH is " + System.getenv("PATH"));
            System.out.println("input has " + System.in.readAllBytes().length + " bytes");
            System.err.println("error");
        }
    }
}
