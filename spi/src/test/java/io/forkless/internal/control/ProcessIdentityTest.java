package io.forkless.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.forkless.testing.JavaProgram;
import io.forkless.testing.PosixSignals;
import io.forkless.testing.Sleeper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessIdentityTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long OWN_PID = ProcessHandle.current().pid();

    @TempDir
    private Path proc;

    @Test
    void this_process_is_itself_and_alive() {
        ProcessIdentity own = ProcessIdentity.own();

        assertThat(own.pid()).isEqualTo(OWN_PID);
        assertThat(own).isEqualTo(ProcessIdentity.of(OWN_PID).orElseThrow());
        assertThat(own.isAlive()).isTrue();
        assertThat(ProcessIdentity.parse(own.toString())).isEqualTo(own);
    }

    @Test
    void another_process_with_the_same_pid_is_another_one() {
        assertThat(new ProcessIdentity(OWN_PID, "1").isAlive()).isFalse();
    }

    @Test
    void a_process_that_ends_is_gone() throws Exception {
        Process process = JavaProgram.of(Sleeper.class).process().start();
        ProcessIdentity identity = ProcessIdentity.of(process.pid()).orElseThrow();
        assertThat(identity.isAlive()).isTrue();

        process.destroyForcibly().waitFor();

        assertThat(identity.isAlive()).isFalse();
        assertThat(ProcessIdentity.of(process.pid())).isEmpty();
    }

    /** Its parent, a shell that became sleep(1), never asks how it has ended. */
    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere it is left to the JDK")
    void a_zombie_is_gone() throws Exception {
        Process parent = new ProcessBuilder("sh", "-c", "sleep 600 & echo $!; exec sleep 600").start();
        long child = Long.parseLong(parent.inputReader().readLine());
        try {
            await().atMost(LIMIT)
                    .until(() -> Files.readString(Path.of("/proc", parent.pid() + "/comm"))
                            .startsWith("sleep"));
            ProcessIdentity identity = ProcessIdentity.of(child).orElseThrow();

            PosixSignals.send("KILL", child);

            await().atMost(LIMIT).until(() -> !identity.isAlive());
            assertThat(Path.of("/proc", Long.toString(child)))
                    .as("its parent lives")
                    .exists();
        } finally {
            parent.destroyForcibly().waitFor();
        }
    }

    @Test
    void where_there_is_no_proc_the_jdk_tells() {
        ProcessIdentity own = ProcessIdentity.of(OWN_PID, proc).orElseThrow();

        assertThat(own.start()).matches("\\d+");
        assertThat(ProcessIdentity.of(OWN_PID, proc)).contains(own);
        assertThat(ProcessIdentity.of(Long.MAX_VALUE, proc)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"java", "a b", "(x) R 1 2", ") Z ("})
    void the_name_of_the_program_does_not_matter(String name) throws Exception {
        write(7, "7 (" + name + ") S 1 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 25 0 991722 0 0\n");

        assertThat(ProcessIdentity.of(7, proc)).contains(new ProcessIdentity(7, "991722"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "7", "7 (java) S 1", "7 (java) Z 1 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 25 0 991722 0"})
    void what_has_ended_or_is_about_to_is_gone(String stat) throws Exception {
        write(7, stat);

        assertThat(ProcessIdentity.of(7, proc)).isEmpty();
        assertThat(ProcessIdentity.of(8, proc)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7", "x:1", ":1", "99999999999999999999:1"})
    void what_is_no_process_is_refused(String text) {
        assertThatThrownBy(() -> ProcessIdentity.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    private void write(long pid, String stat) throws IOException {
        for (String directory : new String[] {"self", Long.toString(pid)}) {
            Files.writeString(Files.createDirectory(proc.resolve(directory)).resolve("stat"), stat);
        }
    }
}
