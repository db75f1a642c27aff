package io.forkless.supervisor.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.supervisor.CapturedLog;
import io.forkless.supervisor.command.WorkerCommand;
import io.forkless.supervisor.command.WorkerEnvironment;
import io.forkless.testing.JavaProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When the next worker records an archive, after one that has left none. */
class FastStartPauseTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration MOMENT = Duration.ofMillis(1);

    @TempDir
    private Path directory;

    private final CapturedLog log = new CapturedLog();
    private Path jar;
    private FastStart fastStart;
    private long now = Long.MAX_VALUE - 5; // of which no difference is made by comparison

    @BeforeEach
    void start() throws IOException {
        jar = Files.writeString(directory.resolve("app.jar"), "one release");
        List<String> command = List.of(JavaProgram.JAVA, "-jar", "app.jar");
        WorkerCommand workers =
                new WorkerCommand(command, directory, new WorkerEnvironment(Map.of(), directory, System::getenv));
        fastStart = new FastStart(directory.resolve("archives"), workers, "web", directory, () -> now);
    }

    @AfterEach
    void stopCapturing() {
        log.close();
    }

    @Test
    void one_that_ends_with_a_status_of_its_own_is_followed_by_another_one_a_minute_later() {
        record(1, false);
        pass(MINUTE.minus(MOMENT));
        assertThat(records()).isFalse();
        pass(MOMENT);
        assertThat(records()).isTrue();
    }

    @Test
    void the_pause_is_doubled_up_to_an_hour() {
        for (int minutes : new int[] {1, 2, 4, 8, 16, 32, 60, 60}) {
            record(1, false);
            pass(Duration.ofMinutes(minutes).minus(MOMENT));
            assertThat(records()).as("%s minutes", minutes).isFalse();
            pass(MOMENT);
        }
    }

    @Test
    void one_whose_jvm_has_written_nothing_is_followed_as_well() {
        record(0, true);
        assertThat(records()).isFalse();
        pass(MINUTE);
        record(1, true);
        pass(MINUTE);
        assertThat(records()).isFalse();
        pass(MINUTE);
        assertThat(records()).isTrue();
    }

    @Test
    void another_release_is_recorded_at_once_and_its_pause_begins_with_a_minute() throws IOException {
        record(1, false);
        pass(MINUTE);
        record(1, false);
        Files.writeString(jar, "another release");
        record(1, false);
        pass(MINUTE);
        assertThat(records()).isTrue();
    }

    @Test
    void one_that_is_killed_is_followed_at_once() {
        record(137, false);
        assertThat(records()).isTrue();
    }

    @Test
    void each_reason_is_told_once() {
        for (int i = 0; i < 3; i++) {
            record(1, false);
            pass(MINUTE.multipliedBy(60));
            record(0, true);
            pass(MINUTE.multipliedBy(60));
        }
        String rest = "; workers start without, and a later one tries again";
        assertThat(log.lines())
                .containsExactly(
                        "WARNING fast start: the worker that was to write an archive has ended with status 1 before it had"
                                + " drained" + rest,
                        "WARNING fast start: a worker has written no archive" + rest);
    }

    @Test
    void an_archive_that_is_written_is_used_after_all() throws IOException {
        record(1, false);
        pass(MINUTE);
        FastStart.Launch recording = fastStart.prepare();
        String option = recording.options().get(0);
        Files.writeString(Path.of(option.substring(option.indexOf('=') + 1)), "an archive");
        recording.exited(0, true);
        assertThat(fastStart.prepare().options().get(0)).startsWith("-XX:SharedArchiveFile=");
    }

    /** A worker that is to record and ends so. */
    private void record(int status, boolean drained) {
        FastStart.Launch launch = fastStart.prepare();
        assertThat(launch.options()).isNotEmpty();
        launch.exited(status, drained);
    }

    /** Whether the next worker would record; it is killed. */
    private boolean records() {
        FastStart.Launch launch = fastStart.prepare();
        launch.exited(137, false);
        return !launch.options().isEmpty();
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }
}
