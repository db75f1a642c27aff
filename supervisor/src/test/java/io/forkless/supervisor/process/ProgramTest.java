package io.forkless.supervisor.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.forkless.supervisor.status.LaunchException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What is started, and where, with a directory that changes between two starts. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "links take a privilege there, and there is no sh")
class ProgramTest {
    @TempDir
    private Path temporary;

    private Path directory;
    private Path current;

    @BeforeEach
    void makeReleases() throws IOException {
        directory = temporary.toRealPath();
        current = directory.resolve("current");
        for (String release : List.of("1", "2")) {
            Path home = Files.createDirectories(directory.resolve("releases").resolve(release));
            script(home.resolve("app"), "echo release " + release + "; pwd -P; echo $PWD");
        }
        deploy("1");
    }

    @Test
    void a_link_is_followed_at_each_start() throws Exception {
        Program program = new Program(List.of("./app"), current);
        assertThat(output(program)).containsExactly("release 1", directory + "/releases/1", current.toString());
        deploy("2");
        assertThat(output(program)).containsExactly("release 2", directory + "/releases/2", current.toString());
    }

    @Test
    void a_directory_below_the_link_is_as_good() throws Exception {
        for (String release : List.of("1", "2")) {
            Files.createDirectories(
                    directory.resolve("releases").resolve(release).resolve("bin"));
        }
        Program program = new Program(List.of("../app"), current.resolve("bin"));
        assertThat(output(program)).startsWith("release 1");
        deploy("2");
        assertThat(output(program)).startsWith("release 2");
    }

    @Test
    void a_directory_that_is_gone_is_named_with_where_the_link_leads() throws Exception {
        Program program = new Program(List.of("./app"), current);
        output(program);
        Files.delete(directory.resolve("releases/1/app"));
        Files.delete(directory.resolve("releases/1"));
        LaunchException failure = failure(program);
        assertThat(failure)
                .hasMessage("cannot start './app': the directory " + current + " does not exist (" + current
                        + " is a link to releases/1)");
        assertThat(failure.exitStatus()).isEqualTo(LaunchException.NO_DIRECTORY);
    }

    @Test
    void a_file_is_no_directory() throws Exception {
        Path file = directory.resolve("releases/1/app");
        assertThat(failure(new Program(List.of("sh"), file)))
                .hasMessage("cannot start 'sh': the directory " + file + " is not a directory, or cannot be entered");
    }

    @Test
    void a_jar_is_below_the_directory() throws Exception {
        LaunchException failure = failure(new Program(List.of("java", "-jar", "app.jar"), current));
        assertThat(failure).hasMessage("cannot start 'java -jar app.jar': there is no such file in " + current);
        assertThat(failure.exitStatus()).isEqualTo(LaunchException.NOT_FOUND);
    }

    @Test
    void a_java_that_was_there_before_is_named_with_its_place_and_what_to_do() throws Exception {
        Path jdk = Files.createDirectories(directory.resolve("jdk-17.0.1/bin"));
        Path latest = Files.createSymbolicLink(directory.resolve("jdk"), Path.of("jdk-17.0.1"));
        script(jdk.resolve("java"), "true");
        Program direct = new Program(List.of(jdk.resolve("java").toString()), current);
        Program linked = new Program(List.of(latest + "/bin/java"), current);
        output(direct);
        output(linked);
        Files.delete(jdk.resolve("java"));
        Files.delete(jdk);
        Files.delete(jdk.getParent());

        String remedy = "; if the JDK was updated, start the supervisor anew with the path of the new one";
        assertThat(failure(direct))
                .hasMessage("cannot start '" + jdk + "/java': command not found: " + jdk
                        + "/java does not exist any more" + remedy);
        assertThat(failure(linked))
                .hasMessage("cannot start '" + latest + "/bin/java': command not found: " + latest
                        + "/bin/java does not exist any more (" + latest + " is a link to jdk-17.0.1)" + remedy);
    }

    private void deploy(String release) throws IOException {
        Files.deleteIfExists(current);
        Files.createSymbolicLink(current, Path.of("releases", release));
    }

    private static void script(Path file, String commands) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + commands + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private static List<String> output(Program program) throws Exception {
        Process process = program.start(List.of(), new ProcessBuilder());
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return output.lines().toList();
    }

    private static LaunchException failure(Program program) {
        return catchThrowableOfType(LaunchException.class, () -> program.start(List.of(), new ProcessBuilder()));
    }
}
