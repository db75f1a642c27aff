package io.forkless.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forkless.testing.MappedFile;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreboardTest {
    @TempDir
    private Path directory;

    @AfterEach
    void unmap() {
        MappedFile.delete(directory.resolve(Scoreboard.FILE));
    }

    @Test
    void a_new_scoreboard_has_nobody_on_it() throws Exception {
        Path file = directory.resolve(Scoreboard.FILE);
        try (Scoreboard supervisors = Scoreboard.create(file)) {
            Scoreboard workers = Scoreboard.map(file);

            assertThat(workers.workers()).isZero();
            supervisors.vacate(2);
            supervisors.vacate(0);
            assertThat(workers.workers()).as("up to the highest index").isEqualTo(3);
            assertThat(new long[] {workers.open(0), workers.open(2)}).containsOnly(Scoreboard.ABSENT);
        }
    }

    @Test
    void what_one_worker_publishes_another_one_reads_and_the_supervisor_vacates() throws Exception {
        Path file = directory.resolve(Scoreboard.FILE);
        try (Scoreboard supervisors = Scoreboard.create(file)) {
            Scoreboard one = Scoreboard.map(file);
            Scoreboard other = Scoreboard.map(file);

            one.publish(0, 7, 70);
            one.publishPressure(0, 700);
            other.publish(1, 9, 90);
            other.publishPressure(1, 900);
            assertRecord(other, 0, 7, 70, 700);
            assertRecord(one, 1, 9, 90, 900);

            supervisors.vacate(0);
            assertRecord(other, 0, Scoreboard.ABSENT, 0, 0);
            assertRecord(other, 1, 9, 90, 900);
        }
    }

    @Test
    void the_last_index_has_a_record_too() throws Exception {
        Path file = directory.resolve(Scoreboard.FILE);
        try (Scoreboard supervisors = Scoreboard.create(file)) {
            supervisors.vacate(Scoreboard.CAPACITY - 1);
            Scoreboard worker = Scoreboard.map(file);

            worker.publish(Scoreboard.CAPACITY - 1, 1, 2);
            worker.publishPressure(Scoreboard.CAPACITY - 1, 3);

            assertRecord(worker, Scoreboard.CAPACITY - 1, 1, 2, 3);
        }
    }

    @Test
    void the_supervisor_tells_all_workers_that_listeners_may_be_quiesced() throws Exception {
        Path file = directory.resolve(Scoreboard.FILE);
        try (Scoreboard supervisors = Scoreboard.create(file)) {
            Scoreboard one = Scoreboard.map(file);
            supervisors.vacate(0);
            one.publish(0, 7, 7);
            assertThat(one.isQuiescing()).isFalse();

            supervisors.announceQuiescing();

            assertThat(one.isQuiescing()).isTrue();
            assertThat(Scoreboard.map(file).isQuiescing())
                    .as("one that comes late")
                    .isTrue();
            assertThat(one.workers()).isEqualTo(1);
            assertThat(one.open(0)).isEqualTo(7);
        }
    }

    @Test
    void a_file_that_exists_is_not_overwritten_and_a_missing_one_not_made() throws Exception {
        Path file = directory.resolve(Scoreboard.FILE);

        assertThatThrownBy(() -> Scoreboard.map(file)).isInstanceOf(NoSuchFileException.class);
        Scoreboard.create(file).close();
        assertThatThrownBy(() -> Scoreboard.create(file)).isInstanceOf(FileAlreadyExistsException.class);
    }

    private static void assertRecord(Scoreboard scoreboard, int index, long open, long accepted, long pressure) {
        assertThat(new long[] {scoreboard.open(index), scoreboard.accepted(index), scoreboard.pressure(index)})
                .containsExactly(open, accepted, pressure);
    }
}
