package io.forkless.supervisor.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.forkless.internal.control.RuntimeDirectory;
import io.forkless.internal.control.UserId;
import io.forkless.testing.JavaProgram;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {
    private static final String REMOVAL = "Windows removes no file that is open";
    private static final String TEMPORARY = "java.io.tmpdir";

    private final String name = "test-" + UUID.randomUUID();
    private final String temporaryBefore = System.getProperty(TEMPORARY);

    @TempDir
    private Path temporary;

    private Path file;

    @BeforeEach
    void use_a_temporary_directory_of_our_own() throws IOException {
        System.setProperty(TEMPORARY, temporary.toString());
        file = RuntimeDirectory.path().resolve(name + ".endpoint");
    }

    @AfterEach
    void nothing_is_left() throws IOException {
        System.setProperty(TEMPORARY, temporaryBefore);
        assertThat(temporary).isDirectoryNotContaining("glob:**/forkless*");
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
        try (Holder second = new Holder(name, temporary)) {
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
        try (Holder second = new Holder(name, temporary)) {
            assertThat(second.answer).startsWith("refused: ");
        }
        first.close();
    }

    @Test
    void the_owner_in_another_process_is_named_by_its_pid() throws Exception {
        try (Holder owner = new Holder(name, temporary)) {
            assertThat(owner.answer).startsWith("held by " + owner.process.pid());
            assertRefused(owner.process.pid());
        }
        Endpoint.claim(name).close();
    }

    @Test
    void the_name_of_a_dead_owner_is_free() throws Exception {
        try (Holder owner = new Holder(name, temporary)) {
            assertThat(owner.answer).startsWith("held by ");
            owner.process.destroyForcibly().waitFor();
        }
        assertThat(file).exists();
        Endpoint next = Endpoint.claim(name);
        try (Holder second = new Holder(name, temporary)) {
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
                    .temporary(temporary)
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
        try (Holder holder = new Holder(name, missing)) {
            assertThat(holder.answer).startsWith("refused: cannot keep files in " + missing);
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "to make a symbolic link takes a privilege on Windows")
    void a_symbolic_link_in_place_of_the_file_is_not_followed(@TempDir Path directory) throws Exception {
        Path target = Files.writeString(directory.resolve("target"), "precious");
        RuntimeDirectory.prepare();
        Files.createSymbolicLink(file, target);

        assertThatThrownBy(() -> Endpoint.claim(name)).hasMessageStartingWith("cannot use " + file);

        assertThat(target).hasContent("precious");
        remove(file);
    }

    @Test
    @Timeout(60)
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no FIFOs")
    void a_fifo_in_place_of_the_file_is_not_opened() throws Exception {
        RuntimeDirectory.prepare();
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                .isZero();
        assertNoRegularFile();
        remove(file);
    }

    @Test
    void a_directory_in_place_of_the_file_is_not_used() throws Exception {
        RuntimeDirectory.prepare();
        Files.createDirectory(file);
        assertNoRegularFile();
        remove(file);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = REMOVAL)
    void a_file_that_was_removed_is_made_again_with_the_same_secret_and_is_as_good_as_the_first() throws Exception {
        try (Endpoint endpoint = Endpoint.claim(name)) {
            endpoint.publish(new InetSocketAddress("127.0.0.1", 4711));
            String text = contentAsAnotherProcessSeesIt();
            assertThat(text).isEqualTo(ProcessHandle.current().pid() + " " + endpoint.token() + " 4711");
            assertThat(endpoint.isThere()).isTrue();
            remove(file);
            assertThat(endpoint.isThere()).isFalse();
            RuntimeDirectory.prepare();

            endpoint.makeAgain();

            assertThat(endpoint.isThere()).isTrue();
            assertThat(contentAsAnotherProcessSeesIt()).isEqualTo(text);
            try (Holder second = new Holder(name, temporary)) {
                assertThat(second.answer).startsWith("refused: ");
            }
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = REMOVAL)
    void a_name_that_somebody_else_has_meanwhile_stays_his() throws Exception {
        Endpoint endpoint = Endpoint.claim(name);
        remove(file);
        try (Holder other = new Holder(name, temporary)) {
            assertThat(other.answer).startsWith("held by ");
            assertThat(endpoint.isThere()).isFalse();
            assertThatThrownBy(endpoint::makeAgain).hasMessage(running(other.process.pid()));

            endpoint.close();

            assertThat(file).exists();
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = REMOVAL)
    void to_touch_it_does_not_lose_the_name() throws Exception {
        try (Endpoint endpoint = Endpoint.claim(name)) {
            endpoint.publish(new InetSocketAddress("127.0.0.1", 4711));
            String text = contentAsAnotherProcessSeesIt();
            assertThat(new ProcessBuilder("touch", "-d", "@0", file.toString())
                            .start()
                            .waitFor())
                    .isZero();

            endpoint.touch(FileTime.fromMillis(1));

            assertThat(Files.getLastModifiedTime(file).toInstant())
                    .isCloseTo(Instant.now(), within(1, ChronoUnit.HOURS));
            assertThat(contentAsAnotherProcessSeesIt()).isEqualTo(text);
            try (Holder second = new Holder(name, temporary)) {
                assertThat(second.answer).startsWith("refused: ");
            }
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the user is not in the name there")
    void a_name_that_the_supervisor_of_an_earlier_version_has_is_taken() throws Exception {
        Path earlier = temporary.resolve("forkless-" + System.getProperty("user.name") + "-" + name + ".endpoint");
        Files.createFile(earlier);
        Endpoint.claim(name).close(); // nobody has locked it
        try (Holder old = new Holder(earlier.toString(), temporary)) {
            assertThat(old.answer).startsWith("held by ");

            assertThatThrownBy(() -> Endpoint.claim(name)).hasMessageContaining("is running already");
        }
    }

    @Test
    void to_claim_it_again_once_more_or_before_it_is_released_changes_nothing() throws Exception {
        try (Endpoint endpoint = Endpoint.claim(name)) {
            endpoint.publish(new InetSocketAddress("127.0.0.1", 4711));
            String text = contentAsAnotherProcessSeesIt();
            endpoint.reclaim();
            endpoint.release();
            RuntimeDirectory.prepare(); // as its service's directory keeps it
            try (Holder other = new Holder(name, temporary)) {
                assertThatThrownBy(endpoint::reclaim).hasMessage(running(other.process.pid()));
            }
            RuntimeDirectory.prepare();
            endpoint.reclaim();
            endpoint.reclaim();
            assertThat(contentAsAnotherProcessSeesIt()).isEqualTo(text);
            try (Holder other = new Holder(name, temporary)) {
                assertThat(other.answer).startsWith("refused: ");
            }
        }
    }

    @Test
    void whoever_only_looks_whether_somebody_has_the_name_keeps_nobody_from_it() throws Exception {
        Holder looking = new Holder(name, temporary); // which cannot be called
        CompletableFuture<Void> done = CompletableFuture.runAsync(
                () -> looking.process.destroyForcibly(), CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS));
        Endpoint.claim(name).close();
        done.join();
        looking.close();
    }

    private static void remove(Path file) throws IOException {
        Files.delete(file);
        RuntimeDirectory.removeIfEmpty(file.getParent());
    }

    /** To read it here would release the lock, except on Windows. */
    private String contentAsAnotherProcessSeesIt() throws IOException {
        if (!UserId.isKnown()) {
            return Files.readString(file).strip();
        }
        try (BufferedReader output =
                new ProcessBuilder("cat", file.toString()).start().inputReader()) {
            return output.readLine();
        }
    }

    private void assertNoRegularFile() throws IOException {
        assertThatThrownBy(() -> Endpoint.claim(name))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "cannot use " + file + " to guard the supervisor's name: it is not a regular file; remove it"
                                + " or choose another --name");
        Places places = Places.ofThisUser();
        assertThatThrownBy(() -> EndpointFile.read(file, name, places))
                .hasMessage(file + " is not the endpoint of a supervisor");
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

        Holder(String name, Path temporary) throws IOException {
            ProcessBuilder builder = JavaProgram.of(EndpointHolder.class, name)
                    .temporary(temporary)
                    .process();
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
