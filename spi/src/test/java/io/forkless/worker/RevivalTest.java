package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.internal.control.EndpointText;
import io.forkless.internal.control.ProcessIdentity;
import io.forkless.internal.control.SupervisorLaunch;
import io.forkless.internal.control.WorkerRecord;
import io.forkless.testing.JavaProgram;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who starts a supervisor again, and how often. */
class RevivalTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final ProcessIdentity ALIVE = ProcessIdentity.own();
    private static final ProcessIdentity DEAD = new ProcessIdentity(ALIVE.pid(), "0");

    @TempDir
    private Path directory;

    private Path output;
    private Path endpoint;
    private Path times;

    @BeforeEach
    void a_supervisor_in_the_background_has_left_word() throws Exception {
        output = directory.resolve("output");
        endpoint = directory.resolve("web.endpoint");
        times = directory.resolve("revival.times");
        launch(output);
    }

    private void launch(Path printsTo) throws IOException {
        new SupervisorLaunch(
                        JavaProgram.of(Started.class).command(),
                        directory,
                        System.getenv(),
                        printsTo,
                        List.of(),
                        List.of())
                .writeTo(directory.resolve(SupervisorLaunch.FILE));
    }

    private Revival worker(int index, ProcessIdentity process) throws IOException {
        Path record = directory.resolve(index + WorkerRecord.FILE_SUFFIX);
        new WorkerRecord(index, "secret", process, null, "origin", Duration.ZERO).writeTo(record);
        return new Revival(record, endpoint, index);
    }

    /** So many processes were started. */
    private List<Long> started() throws IOException {
        return Files.exists(times)
                ? Files.readAllLines(times).stream().map(Long::parseLong).toList()
                : List.of();
    }

    @Test
    void the_lowest_worker_starts_it_at_once() throws Exception {
        Revival lowest = worker(3, ALIVE);
        Revival other = worker(4, ALIVE);
        other.consider(Duration.ZERO);
        assertThat(started()).isEmpty();
        lowest.consider(Duration.ZERO);
        await().atMost(LIMIT)
                .until(() -> Files.exists(output) && Files.readString(output).contains("started"));
        assertThat(started()).hasSize(1);
        lowest.consider(Duration.ofSeconds(1));
        other.consider(Duration.ofSeconds(3));
        assertThat(started()).as("it has time to boot").hasSize(1);
    }

    @Test
    void the_next_one_does_so_if_that_one_does_not() throws Exception {
        worker(0, ALIVE);
        Revival second = worker(1, ALIVE);
        Revival third = worker(2, ALIVE);
        second.consider(Duration.ofMillis(1999));
        third.consider(Duration.ofMillis(3999));
        assertThat(started()).isEmpty();
        second.consider(Duration.ofSeconds(2));
        assertThat(started()).hasSize(1);
    }

    @Test
    void one_that_is_dead_or_of_whom_nothing_is_known_is_not_waited_for() throws Exception {
        worker(0, DEAD);
        Files.writeString(directory.resolve("1" + WorkerRecord.FILE_SUFFIX), "garbage");
        worker(2, ALIVE).consider(Duration.ZERO);
        assertThat(started()).hasSize(1);
    }

    @Test
    void it_is_started_three_times_in_a_minute() throws Exception {
        Revival worker = worker(0, ALIVE);
        long now = System.nanoTime();
        write(
                now - TimeUnit.SECONDS.toNanos(50),
                now - TimeUnit.SECONDS.toNanos(40),
                now - TimeUnit.SECONDS.toNanos(20));
        worker.consider(Duration.ZERO);
        assertThat(started()).hasSize(3).allMatch(time -> time < now);
        write(
                now - TimeUnit.SECONDS.toNanos(61),
                now - TimeUnit.SECONDS.toNanos(40),
                now - TimeUnit.SECONDS.toNanos(20));
        worker.consider(Duration.ZERO);
        assertThat(started())
                .as("the first is forgotten")
                .hasSize(3)
                .last()
                .satisfies(time -> assertThat(time).isGreaterThanOrEqualTo(now));
    }

    @Test
    void what_is_not_a_time_does_not_count() throws Exception {
        Files.writeString(times, "garbage\n");
        worker(0, ALIVE).consider(Duration.ZERO);
        assertThat(started()).hasSize(1);
        write(System.nanoTime() + TimeUnit.DAYS.toNanos(1)); // of another boot
        worker(0, ALIVE).consider(Duration.ZERO);
        assertThat(started()).hasSize(1);
    }

    private void write(Long... all) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Long time : all) {
            lines.add(Long.toString(time));
        }
        Files.write(times, lines);
    }

    @Test
    void nobody_starts_one_while_the_name_is_claimed() throws Exception {
        Process claimant =
                JavaProgram.of(Claimant.class, endpoint.toString()).process().start();
        try {
            claimant.inputReader().readLine();
            Revival worker = worker(0, ALIVE);
            worker.consider(Duration.ZERO);
            assertThat(started()).isEmpty();
            claimant.destroyForcibly().waitFor();
            worker.consider(Duration.ofSeconds(1));
            assertThat(started()).hasSize(1);
        } finally {
            claimant.destroyForcibly();
        }
    }

    @Test
    void one_in_the_foreground_or_that_has_left_no_word_is_not_started() throws Exception {
        launch(null);
        worker(0, ALIVE).consider(Duration.ofMinutes(1));
        Files.writeString(directory.resolve(SupervisorLaunch.FILE), "garbage");
        worker(0, ALIVE).consider(Duration.ofMinutes(1));
        Files.delete(directory.resolve(SupervisorLaunch.FILE));
        worker(0, ALIVE).consider(Duration.ofMinutes(1));
        assertThat(started()).isEmpty();
    }

    /** What is started in the place of a supervisor. */
    static final class Started {
        private Started() {}

        public static void main(String[] arguments) {
            System.out.println("started");
        }
    }

    /** Has the name. */
    static final class Claimant {
        private Claimant() {}

        public static void main(String[] arguments) throws Exception {
            try (FileChannel file =
                    FileChannel.open(Path.of(arguments[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                file.lock(EndpointText.LOCKED_BYTE, 1, false);
                System.out.println("claimed");
                Thread.sleep(LIMIT.toMillis());
            }
        }
    }
}
