package io.forkless.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.forkless.testing.JavaProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SupervisorLaunchTest {
    private static final String SECRET = "0123456789abcdef";

    @TempDir
    private Path directory;

    @Test
    void what_is_written_is_read_back_as_it_was() throws Exception {
        Path file = directory.resolve(SupervisorLaunch.FILE);
        SupervisorLaunch launch = launch(directory.resolve("my log ü"));

        launch.writeTo(file);
        assertThat(SupervisorLaunch.read(file)).isEqualTo(launch);
        launch(null).writeTo(file);
        assertThat(SupervisorLaunch.read(file)).isEqualTo(launch(null));
        assertThat(launch.toString()).contains("run").doesNotContain(SECRET);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "precious " + SECRET, "version=x", "version=1", "version=1\ndirectory=\\u0000", "a=\\u12"})
    void garbage_is_refused_without_repeating_it(String text) throws Exception {
        Path file = Files.writeString(directory.resolve(SupervisorLaunch.FILE), text);

        assertThatThrownBy(() -> SupervisorLaunch.read(file))
                .isInstanceOf(IOException.class)
                .hasMessage(file + " does not say how a supervisor is started")
                .hasNoCause();
    }

    @Test
    void another_version_is_refused() throws Exception {
        Path file = Files.writeString(directory.resolve(SupervisorLaunch.FILE), "version=2");

        assertThatThrownBy(() -> SupervisorLaunch.read(file))
                .isInstanceOf(IOException.class)
                .hasMessage(file + " is of another version of Forkless");
    }

    @Test
    void a_missing_file_and_a_directory_are_refused_by_name() throws Exception {
        Path file = directory.resolve(SupervisorLaunch.FILE);
        assertThatThrownBy(() -> SupervisorLaunch.read(file)).hasMessage(file.toString());
        Files.createDirectory(file);
        assertRefused(file);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no FIFOs among files, and links take a privilege")
    void nobody_waits_for_a_fifo_in_its_place_or_follows_a_link() throws Exception {
        Path file = directory.resolve(SupervisorLaunch.FILE);
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                .isZero();
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> assertRefused(file));

        Path other = Files.writeString(directory.resolve("other"), "version=2");
        Files.delete(file);
        Files.createSymbolicLink(file, other);
        assertRefused(file);
    }

    @ParameterizedTest
    @ValueSource(strings = {"out", "err"})
    void what_it_prints_after_it_has_closed_one_of_its_streams_is_in_the_file(String stream) throws Exception {
        Path output = directory.resolve("output");
        List<String> command = JavaProgram.of(OneStream.class, stream).command();
        Path here = Path.of("").toAbsolutePath(); // the class path may begin here, or on this drive
        SupervisorLaunch launch = new SupervisorLaunch(command, here, System.getenv(), output, List.of(), List.of());

        assertThat(launch.start().waitFor()).isZero();

        // Before it, the JVM may tell of options that it has found in the environment.
        assertThat(Files.readAllLines(output)).last().isEqualTo("still open");
    }

    /** Closes one of its streams, and prints to the other one. */
    static final class OneStream {
        private OneStream() {}

        public static void main(String[] arguments) {
            boolean out = arguments[0].equals("out");
            (out ? System.err : System.out).close();
            (out ? System.out : System.err).println("still open");
        }
    }

    private static void assertRefused(Path file) {
        assertThatThrownBy(() -> SupervisorLaunch.read(file))
                .isInstanceOf(IOException.class)
                .hasMessage(file + ": it is not a regular file");
    }

    private SupervisorLaunch launch(Path output) {
        return new SupervisorLaunch(
                List.of("java", "-jar", "my ü.jar", "run", "", " a=b\n#"),
                directory,
                Map.of("SECRET", SECRET, "with space = and :", "ü\n", "empty", ""),
                output,
                List.of("run", "--name", "web"),
                List.of());
    }
}
