package io.forkless.benchmarks.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.forkless.benchmarks.startup.Jdks.Jdk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JdksTest {
    @TempDir
    Path directory;

    @Test
    void a_directory_with_a_release_file_and_a_launcher_is_a_jdk() throws IOException {
        Path jdk = make("a", "JAVA_VERSION=\"21.0.5\"\nIMPLEMENTOR=\"somebody\"\n");
        make("b", "NAME=\"no JDK\"\n");
        make("c", "JAVA_VERSION=\"seventeen\"\n");
        Files.createDirectory(directory.resolve("d"));
        Files.createDirectory(directory.resolve("e"));
        Files.writeString(directory.resolve("e/release"), "JAVA_VERSION=\"25\"\n");

        assertThat(Jdks.among(List.of(directory, directory.resolve("absent")))).containsExactly(new Jdk(jdk, 21));
    }

    @Test
    void the_latest_of_the_others_is_measured_beside_the_one_that_runs() {
        Jdk running = jdk("running", 21);

        assertThat(Jdks.choose(running, List.of(jdk("a", 17), jdk("b", 25), jdk("c", 11))))
                .containsExactly(running, jdk("b", 25));
        assertThat(Jdks.choose(running, List.of(jdk("same", 21), jdk("a", 17)))).containsExactly(jdk("a", 17), running);
        assertThat(Jdks.choose(running, List.of(jdk("too old", 11)))).containsExactly(running);
    }

    @Test
    void one_that_was_asked_for_must_be_there() {
        assertThatIOException()
                .isThrownBy(() -> Jdks.toMeasure(List.of(directory)))
                .withMessage("--jdk: no JDK at " + directory);
    }

    private static Jdk jdk(String name, int version) {
        return new Jdk(Path.of(name), version);
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
