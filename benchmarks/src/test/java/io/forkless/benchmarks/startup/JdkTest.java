package io.forkless.benchmarks.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JdkTest {
    @TempDir
    Path directory;

    @Test
    void a_directory_with_a_release_file_and_a_launcher_is_a_jdk() throws IOException {
        Path jdk = make("a", "JAVA_VERSION=\"21.0.5\"\nIMPLEMENTOR=\"somebody\"\n");
        Path noLauncher = Files.createDirectory(directory.resolve("e"));
        Files.writeString(noLauncher.resolve("release"), "JAVA_VERSION=\"25\"\n");

        assertThat(Jdk.toMeasure(List.of(jdk))).containsExactly(new Jdk(jdk, 21));
        for (Path other : List.of(
                make("b", "NAME=\"no JDK\"\n"),
                make("c", "JAVA_VERSION=\"seventeen\"\n"),
                Files.createDirectory(directory.resolve("d")),
                noLauncher)) {
            assertThatIOException().isThrownBy(() -> Jdk.at(other)).withMessage("--jdk: no JDK at " + other);
        }
    }

    @Test
    void the_one_that_runs_is_measured_when_none_was_asked_for() throws IOException {
        assertThat(Jdk.toMeasure(List.of()))
                .containsExactly(new Jdk(
                        Path.of(System.getProperty("java.home")),
                        Runtime.version().feature()));
    }

    @Test
    void one_that_was_asked_for_must_be_there() {
        assertThatIOException()
                .isThrownBy(() -> Jdk.toMeasure(List.of(directory)))
                .withMessage("--jdk: no JDK at " + directory);
    }

    private Path make(String name, String release) throws IOException {
        Path home = directory.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        Path java = Files.createFile(home.resolve("bin/java"));
        assertThat(java.toFile().setExecutable(true)).isTrue();
        Files.writeString(home.resolve("release"), release);
        return home;
    }
}
