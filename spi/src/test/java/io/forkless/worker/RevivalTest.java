package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.forkless.internal.control.EndpointText;
import io.forkless.internal.control.ProcessIdentity;
import io.forkless.internal.control.RevivalLock;
import io.forkless.internal.control.SupervisorLaunch;
import io.forkless.internal.control.WorkerRecord;
import io.forkless.testing.ChildJvm;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.ShortTempDir;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the supervisor that it starts is a script")
class RevivalTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration LONG_AGO = Duration.ofHours(1);
    private static final ProcessIdentity OWN = ProcessIdentity.own();

    @TempDir(factory = ShortTempDir.class)
    private Path temporary;

    private Path service;
    private Path endpoint;
    private Path output;

    @BeforeEach
    void leave_word() throws IOException {
        service = Files.createDirectory(temporary.resolve("web.service")).toAbsolutePath();
        endpoint = temporary.resolve("web" + EndpointText.FILE_SUFFIX).toAbsolutePath();
        output = temporary.resolve("output").toAbsolutePath();
        launch(output).writeTo(service.resolve(SupervisorLaunch.FILE));
    }

    @Test
    void the_worker_with_the_lowest_index_starts_the_supervisor_once_and_as_it_was() throws Exception {
        Revival revival = revival(0);
        record(1, OWN);

        revival.consider(Duration.ZERO);
        revival.consider(LONG_AGO); // it is just starting

        await().atMost(LIMIT).until(() -> Files.exists(output) && Files.size(output) > 0);
        assertThat(output).hasContent("started in " + temporary.toRealPath() + " with blue");
        assertNoStart(revival);
    }

    @Test
    void the_others_wait_for_their_turn() throws Exception {
        record(0, OWN);
        record(3, OWN);
        record(1, new ProcessIdentity(OWN.pid(), "1"));
        Files.writeString(service.resolve("garbage" + WorkerRecord.FILE_SUFFIX), "garbage");
        Revival revival = revival(2);
        assertThat(starts(revival, Duration.ofMillis(1999)))
                .as("that of worker 0 alone, as worker 1 has ended")
                .isFalse();

        assertThat(starts(revival, Duration.ofSeconds(2))).isTrue();
    }

    @Test
    void there_are_three_attempts_a_minute() throws Exception {
        Path times = service.resolve("revival.times");
        Files.writeString(times, secondsAgo(40, 30, 20));
        assertThat(starts(revival(0), LONG_AGO)).isFalse();

        Files.writeString(times, secondsAgo(90, 30, 20));
        assertThat(starts(revival(0), LONG_AGO)).isTrue();
    }

    @Test
    void one_that_was_started_a_moment_ago_is_waited_for_unless_it_is_the_one_that_has_died() throws Exception {
        Path times = service.resolve("revival.times");
        Files.writeString(times, secondsAgo(10));
        assertThat(starts(revival(0), Duration.ofSeconds(11)))
                .as("it has been started in the place of the one that has died")
                .isFalse();
        assertThat(starts(revival(0), Duration.ofSeconds(9)))
                .as("another worker may have noticed earlier")
                .isFalse();
        assertThat(starts(revival(0), Duration.ofSeconds(5))).isTrue();
        Files.writeString(times, secondsAgo(20));
        assertThat(starts(revival(0), Duration.ofSeconds(30))).isTrue();
    }

    @Test
    void nobody_starts_one_that_has_left_no_word_or_whose_output_nobody_would_read() throws Exception {
        Path word = service.resolve(SupervisorLaunch.FILE);
        launch(null).writeTo(word);
        assertThat(starts(revival(0), LONG_AGO)).isFalse();
        Files.writeString(word, "garbage");
        assertThat(starts(revival(0), LONG_AGO)).isFalse();
        Files.delete(word);
        assertThat(starts(revival(0), LONG_AGO)).isFalse();
        assertThat(new ProcessBuilder("mkfifo", word.toString()).start().waitFor())
                .isZero();
        assertTimeoutPreemptively(
                LIMIT, () -> assertThat(starts(revival(0), LONG_AGO)).isFalse());
    }

    @Test
    void nobody_starts_one_beside_another_that_has_the_name() throws Exception {
        try (ChildJvm supervisor = ChildJvm.start(Map.of(), JavaProgram.of(Holder.class, endpoint.toString()))) {
            supervisor.awaitOutput("locked");
            assertThat(starts(revival(0), LONG_AGO)).isFalse();
        }
        assertThat(starts(revival(0), LONG_AGO)).isTrue();
    }

    @Test
    void nobody_starts_one_while_a_supervisor_is_about_to_take_the_name_or_take_it_back() throws Exception {
        try (ChildJvm supervisor = ChildJvm.start(Map.of(), JavaProgram.of(SteppedDown.class, service.toString()))) {
            supervisor.awaitOutput("locked");
            assertThat(starts(revival(0), LONG_AGO)).isFalse();
        }
        assertThat(starts(revival(0), LONG_AGO)).isTrue();
    }

    @Test
    void nobody_waits_for_a_fifo_in_the_place_of_the_endpoint() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", endpoint.toString()).start().waitFor())
                .isZero();

        assertTimeoutPreemptively(LIMIT, () -> revival(0).consider(LONG_AGO));
    }

    @Test
    void nobody_waits_for_a_fifo_in_the_place_of_the_times() throws Exception {
        Path times = service.resolve("revival.times");
        assertThat(new ProcessBuilder("mkfifo", times.toString()).start().waitFor())
                .isZero();

        assertTimeoutPreemptively(LIMIT, () -> revival(0).consider(LONG_AGO));

        assertThat(times).as("it is counted that the supervisor was started").isRegularFile();
        await().atMost(LIMIT).until(() -> Files.exists(output) && Files.size(output) > 0);
    }

    private Revival revival(int index) {
        return new Revival(file(index), endpoint, index);
    }

    private boolean starts(Revival revival, Duration since) throws IOException {
        Path times = service.resolve("revival.times");
        String before = Files.exists(times) ? Files.readString(times) : "";
        revival.consider(since);
        return Files.exists(times) && !Files.readString(times).equals(before);
    }

    private static String secondsAgo(long... seconds) {
        long now = System.nanoTime();
        return LongStream.of(seconds)
                .mapToObj(ago -> String.valueOf(now - Duration.ofSeconds(ago).toNanos()))
                .collect(Collectors.joining("\n"));
    }

    private void assertNoStart(Revival revival) throws IOException {
        assertThat(starts(revival, LONG_AGO)).isFalse();
    }

    private SupervisorLaunch launch(Path printsTo) {
        List<String> command = List.of("sh", "-c", "echo started in \"$(pwd -P)\" with \"$COLOUR\"");
        Map<String, String> environment = Map.of("COLOUR", "blue", "PATH", System.getenv("PATH"));
        return new SupervisorLaunch(
                command, temporary.toAbsolutePath(), environment, printsTo, List.of("run"), List.of());
    }

    private void record(int index, ProcessIdentity process) throws IOException {
        new WorkerRecord(index, "token", process, null, "origin", LIMIT).writeTo(file(index));
    }

    private Path file(int index) {
        return service.resolve(index + "-1" + WorkerRecord.FILE_SUFFIX);
    }

    /** A supervisor that has stepped down. */
    static final class SteppedDown {
        private SteppedDown() {}

        public static void main(String[] arguments) throws Exception {
            try (RevivalLock lock = new RevivalLock(Path.of(arguments[0]))) {
                System.out.println(lock.tryLock() && lock.tryLock() ? "locked" : "held by another one");
                Thread.sleep(Duration.ofMinutes(10).toMillis());
            }
        }
    }

    /** A supervisor that has the name. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws Exception {
            try (FileChannel endpoint =
                    FileChannel.open(Path.of(arguments[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                System.out.println(
                        endpoint.tryLock(EndpointText.LOCKED_BYTE, 1, false) == null
                                ? "held by another one"
                                : "locked");
                Thread.sleep(Duration.ofMinutes(10).toMillis());
            }
        }
    }
}
