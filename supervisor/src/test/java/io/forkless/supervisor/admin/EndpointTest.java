package io.forkless.supervisor.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forkless.internal.control.PrivateDirectory;
import io.forkless.testing.JavaProgram;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {
    private final String name = "test-" + UUID.randomUUID();
    private final Path file =
            PrivateDirectory.base().resolve("forkless-" + System.getProperty("user.name") + "-" + name + ".endpoint");

    @AfterEach
    void no_file_is_left() throws IOException {
        boolean left = Files.deleteIfExists(file);
        assertThat(left).isFalse();
    }

    @Test
    void a_second_owner_in_this_process_is_refused() throws Exception {
        Endpoint first = Endpoint.claim(name);
        assertRefused(ProcessHandle.current().pid());
        first.close();
        Endpoint.claim(name).close();
    }

    @Test
    void a_second_owner_in_another_process_is_refused() throws Exception {
        Endpoint first = Endpoint.claim(name);
        try (Holder second = new Holder(name)) {
            assertThat(second.answer)
                    .isEqualTo("refused: " + running(ProcessHandle.current().pid()));
        }
        first.close();
    }

    @Test
    void a_refused_attempt_in_this_process_leaves_the_lock_alone() throws Exception {
        Endpoint first = Endpoint.claim(name);
        // Closing any descriptor of a file releases the process's locks on it (fcntl(2)).
        assertRefused(ProcessHandle.current().pid());
        try (Holder second = new Holder(name)) {
            assertThat(second.answer).startsWith("refused: ");
        }
        first.close();
    }

    @Test
    void the_owner_in_another_process_is_named_by_its_pid() throws Exception {
        try (Holder owner = new Holder(name)) {
            assertThat(owner.answer).startsWith("held by " + owner.process.pid());
            assertRefused(owner.process.pid());
        }
        Endpoint.claim(name).close();
    }

    @Test
    void the_name_of_a_dead_owner_is_free() throws Exception {
        try (Holder owner = new Holder(name)) {
            assertThat(owner.answer).startsWith("held by ");
            owner.process.destroyForcibly().waitFor();
        }
        assertThat(file).exists();
        Endpoint next = Endpoint.claim(name);
        try (Holder second = new Holder(name)) {
            assertThat(second.answer)
                    .isEqualTo("refused: " + running(ProcessHandle.current().pid()));
        }
        next.close();
    }

    @Test
    void the_file_is_there_as_long_as_the_owner() throws Exception {
        Endpoint lock = Endpoint.claim(name);
        assertThat(file).exists();
        lock.close();
        assertThat(file).doesNotExist();
    }

    @Test
    void names_do_not_disturb_each_other() throws Exception {
        Endpoint first = Endpoint.claim(name);
        assertThatCode(() -> Endpoint.claim(name + "-other").close()).doesNotThrowAnyException();
        first.close();
    }

    @Test
    void of_many_processes_that_come_and_go_at_once_one_has_the_name(@TempDir Path directory) throws Exception {
        String sole = directory.resolve("sole").toString();
        List<Process> contenders = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            contenders.add(JavaProgram.of(EndpointContender.class, name, sole, "1500")
                    .process()
                    .redirectErrorStream(true)
                    .start());
        }
        for (Process contender : contenders) {
            try (BufferedReader output = contender.inputReader()) {
                assertThat(output.lines()).singleElement().asString().matches("[1-9][0-9]* turns");
            }
            assertThat(contender.waitFor()).isZero();
        }
    }

    @Test
    void a_directory_that_cannot_be_used_is_named(@TempDir Path directory) throws Exception {
        Path missing = directory.resolve("missing");
        try (Holder holder = new Holder(name, "-Djava.io.tmpdir=" + missing)) {
            assertThat(holder.answer)
                    .startsWith("refused: cannot use " + missing)
                    .contains("guard the supervisor's name");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "to make a symbolic link takes a privilege on Windows")
    void a_symbolic_link_in_place_of_the_file_is_not_followed(@TempDir Path directory) throws Exception {
        Path target = Files.writeString(directory.resolve("target"), "precious");
        Files.createSymbolicLink(file, target);
        try {
            assertThatThrownBy(() -> Endpoint.claim(name)).hasMessageStartingWith("cannot use " + file);
            assertThat(target).hasContent("precious");
        } finally {
            Files.delete(file);
        }
    }

    @Test
    @Timeout(60)
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no FIFOs")
    void a_fifo_in_place_of_the_file_is_not_opened() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                .isZero();
        try {
            assertNoRegularFile();
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void a_directory_in_place_of_the_file_is_not_used() throws Exception {
        Files.createDirectory(file);
        try {
            assertNoRegularFile();
        } finally {
            Files.delete(file);
        }
    }

    private void assertNoRegularFile() {
        assertThatThrownBy(() -> Endpoint.claim(name))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "cannot use " + file + " to guard the supervisor's name: it is not a regular file; remove it"
                                + " or choose another --name");
        assertThatThrownBy(() -> EndpointFile.read(file)).hasMessage(file + " is not the endpoint of a supervisor");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "-x", "a/b", "a b", "\u00e4", "a\n"})
    void a_name_that_is_no_plain_file_name_is_refused(String bad) {
        assertThatThrownBy(() -> Endpoint.requireValidName(bad))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + bad + "' is not a supervisor name: use ");
    }

    @Test
    void a_name_may_have_64_characters() {
        assertThat(Endpoint.requireValidName("a".repeat(64))).hasSize(64);
        assertThatThrownBy(() -> Endpoint.requireValidName("a".repeat(65)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private void assertRefused(long owner) {
        assertThatThrownBy(() -> Endpoint.claim(name))
                .isInstanceOf(IOException.class)
                .hasMessage(running(owner));
    }

    private String running(long owner) {
        return "a supervisor named '" + name + "' is running already (pid " + owner
                + "); stop it or choose another --name";
    }

    /** Another process that wants the name. */
    private static final class Holder implements Closeable {
        private final Process process;
        private final String answer;

        Holder(String name, String... options) throws IOException {
            ProcessBuilder builder =
                    JavaProgram.of(EndpointHolder.class, name).options(options).process();
            if (options.length > 0) {
                builder.environment().remove("XDG_RUNTIME_DIR"); // it would win over the temporary directory
            }
            process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
            BufferedReader output = process.inputReader();
            answer = output.readLine();
        }

        @Override
        public void close() throws IOException {
            process.getOutputStream().close();
            process.onExit().join();
        }
    }
}
