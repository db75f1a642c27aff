package io.forkless.supervisor.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forkless.supervisor.status.LaunchException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Another program goes first, which must not be the one that tells of a command that cannot be run. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "nothing goes first on Windows")
class ShieldedProgramTest {
    @TempDir
    private Path directory;

    @Test
    void a_program_that_is_not_there_is_not_found() {
        assertFails("nosuch-program", LaunchException.NOT_FOUND, "command not found");
        assertFails("./nosuch-program", LaunchException.NOT_FOUND, "command not found");
    }

    @Test
    void a_program_that_must_not_be_run_is_not_executable() throws Exception {
        Files.createFile(directory.resolve("app"));
        assertFails("./app", LaunchException.NOT_EXECUTABLE, "not executable");
    }

    @Test
    void a_script_without_its_interpreter_is_not_executable() throws Exception {
        script("#! /nosuch/interpreter -x\n");
        assertFails(
                "./app",
                LaunchException.NOT_EXECUTABLE,
                "its interpreter '/nosuch/interpreter' is not there, or cannot be executed");
        script("#!/bin/sh\r\necho hello\r\n");
        assertFails(
                "./app",
                LaunchException.NOT_EXECUTABLE,
                "its first line ends with a carriage return, as on Windows, and there is no such interpreter");
    }

    @Test
    void a_script_runs_with_an_interpreter_and_without_one() throws Exception {
        for (String first : List.of("#!/bin/sh\n", "#! /bin/sh -e\n", "#!/usr/bin/env sh\n", "")) {
            script(first + "echo \"$0\" ran\n");
            assertThat(output("./app")).as(first).endsWith("/app ran\n");
        }
    }

    /** As the JDK does it without a shield. */
    @Test
    void a_program_is_looked_up_in_our_path_and_not_in_that_of_the_workers() throws Exception {
        ProcessBuilder builder = new ProcessBuilder();
        builder.environment().put("PATH", directory.toString());
        Process process = new Program(List.of("sh", "-c", "echo \"$PATH\""), directory).start(List.of(), builder);
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo(directory + "\n");
    }

    private void assertFails(String program, int status, String reason) {
        assertThatThrownBy(() -> start(program))
                .hasMessage("cannot start '" + program + "': " + reason)
                .isInstanceOfSatisfying(
                        LaunchException.class, e -> assertThat(e.exitStatus()).isEqualTo(status));
    }

    private void script(String text) throws IOException {
        Path script = Files.writeString(directory.resolve("app"), text);
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String output(String program) throws IOException {
        return new String(start(program).getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private Process start(String program) throws LaunchException {
        return new Program(List.of(program), directory).start(List.of(), new ProcessBuilder());
    }
}
