package io.forkless.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forkless.testing.MappedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    void it_tells_the_time_of_its_file_system() throws Exception {
        Path file = directory.resolve(Scoreboard.FILE);
        try (Scoreboard supervisors = Scoreboard.create(file)) {
            supervisors.vacate(4);
            FileTime before = Files.getLastModifiedTime(file);
            Files.setLastModifiedTime(file, FileTime.fromMillis(0));

            assertThat(supervisors.now())
                    .isEqualTo(Files.getLastModifiedTime(file))
                    .isGreaterThanOrEqualTo(before);
            assertThat(Scoreboard.map(file).workers()).as("unchanged").isEqualTo(5);
        }
    }

    @Test
    void a_file_that_exists_is_not_overwritten_and_a_missing_one_not_made() throws Exception {
        Path file = directory.resolve(Scoreboard.FILE);

        assertThatThrownBy(() -> Scoreboard.map(file)).isInstanceOf(NoSuchFileException.class);
        Scoreboard.create(file).close();
        assertThatThrownBy(() -> Scoreboard.create(file)).isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "nobody can remove a file that is mapped there")
    void one_that_was_removed_is_made_again_and_the_workers_find_it() throws Exception {
        Path file = directory.resolve(Scoreboard.FILE);
        try (Scoreboard supervisors = Scoreboard.create(file)) {
            supervisors.vacate(0);
            supervisors.vacate(1);
            Scoreboard one = Scoreboard.map(file);
            Scoreboard other = Scoreboard.map(file);
            one.publish(0, 7, 70);
            assertThat(one.follow()).as("there is nothing to follow").isFalse();

            Files.delete(file);
            assertThat(supervisors.isThere()).isFalse();
            assertThat(one.follow()).as("there is nothing yet").isFalse();
            assertRecord(one, 0, 7, 70, 0);
            supervisors.makeAgain();

            assertThat(supervisors.isThere()).isTrue();
            assertThat(one.follow()).isTrue();
            assertThat(one.follow()).as("once").isFalse();
            assertThat(one.workers()).isEqualTo(2);
            assertRecord(one, 0, Scoreboard.ABSENT, 0, 0);
            one.publish(0, 8, 80);
            assertThat(other.follow()).isTrue();
            assertRecord(other, 0, 8, 80, 0);
            supervisors.vacate(0);
            assertRecord(other, 0, Scoreboard.ABSENT, 0, 0);
        }
        assertThat(directory).isDirectoryContaining(path -> path.endsWith(Scoreboard.FILE));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "nobody can remove a file that is mapped there")
    void a_worker_that_has_not_found_the_new_one_yet_hears_of_quiescing_too() throws Exception {
        Path file = directory.resolve(Scoreboard.FILE);
        try (Scoreboard supervisors = Scoreboard.create(file)) {
            Scoreboard late = Scoreboard.map(file);
            Files.delete(file);
            supervisors.makeAgain();
            Scoreboard early = Scoreboard.map(file);

            supervisors.announceQuiescing();

            assertThat(late.isQuiescing()).isTrue();
            assertThat(early.isQuiescing()).isTrue();
            Files.delete(file);
            supervisors.makeAgain();
            assertThat(Scoreboard.map(file).isQuiescing())
                    .as("there is no way back")
                    .isTrue();
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "nobody can remove a file that is mapped there")
    void one_that_cannot_be_made_again_leaves_nothing_and_goes_on() throws Exception {
        Path file = directory.resolve(Scoreboard.FILE);
        try (Scoreboard supervisors = Scoreboard.create(file)) {
            Files.delete(file);
            Files.createDirectory(file);
            Files.createFile(file.resolve("precious"));

            assertThatThrownBy(supervisors::makeAgain).isInstanceOf(IOException.class);

            supervisors.vacate(0);
            assertThat(supervisors.isThere()).isFalse();
            assertThat(directory.toFile().list()).containsExactly(Scoreboard.FILE);
            Files.delete(file.resolve("precious"));
            Files.delete(file);
            supervisors.makeAgain();
            assertThat(Scoreboard.map(file).workers()).isEqualTo(1);
        }
    }

    @Test
    void the_next_supervisor_goes_on_with_the_one_that_the_workers_have() throws Exception {
        Path file = directory.resolve(Scoreboard.FILE);
        Scoreboard first = Scoreboard.openOrCreate(file);
        first.vacate(2);
        Scoreboard worker = Scoreboard.map(file);
        worker.publish(1, 7, 70);
        first.close();

        try (Scoreboard next = Scoreboard.openOrCreate(file)) {
            assertThat(worker.follow()).as("it is the same").isFalse();
            assertThat(worker.workers()).isEqualTo(3);
            assertRecord(Scoreboard.map(file), 1, 7, 70, 0);
            next.vacate(1);
            assertRecord(worker, 1, Scoreboard.ABSENT, 0, 0);
            next.vacate(0);
            assertThat(worker.workers()).as("the highest index stays").isEqualTo(3);
            next.vacate(3);
            assertThat(worker.workers()).isEqualTo(4);
        }
    }

    @Test
    void what_an_earlier_supervisor_has_quiesced_is_recalled_by_the_next_one() throws Exception {
        Path file = directory.resolve(Scoreboard.FILE);
        Scoreboard first = Scoreboard.openOrCreate(file);
        Scoreboard worker = Scoreboard.map(file);
        first.announceQuiescing();
        first.close();

        try (Scoreboard next = Scoreboard.openOrCreate(file)) {
            assertThat(worker.isQuiescing())
                    .as("connections may come that inherited it")
                    .isTrue();
            next.recallQuiescing();
            assertThat(worker.isQuiescing()).isFalse();
            next.announceQuiescing();
            assertThat(worker.isQuiescing()).as("its own stop").isTrue();
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "nobody can remove a file that is mapped there")
    void one_of_another_size_gives_way_to_a_new_one_which_the_workers_find() throws Exception {
        Path file = directory.resolve(Scoreboard.FILE);
        Scoreboard.create(file).close();
        Scoreboard worker = Scoreboard.map(file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.APPEND)) {
            channel.write(ByteBuffer.allocate(1));
        }

        try (Scoreboard next = Scoreboard.openOrCreate(file)) {
            next.vacate(0);
            assertThat(worker.follow()).isTrue();
            assertThat(worker.workers()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Scoreboard.CAPACITY + 1, Long.MAX_VALUE})
    void a_number_of_workers_that_cannot_be_is_none_of_its_own(long garbage) throws Exception {
        Path file = directory.resolve(Scoreboard.FILE);
        Scoreboard.create(file).close();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(
                    ByteBuffer.allocate(Long.BYTES)
                            .order(ByteOrder.nativeOrder())
                            .putLong(0, garbage),
                    0);
        }

        try (Scoreboard next = Scoreboard.openOrCreate(file)) {
            next.now(); // writes the number
            assertThat(Scoreboard.map(file).workers()).isEqualTo(garbage < 0 ? 0 : Scoreboard.CAPACITY);
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no FIFOs, and links take a privilege")
    void what_is_no_file_gives_way_and_no_link_is_followed() throws Exception {
        Path file = directory.resolve(Scoreboard.FILE);
        Path precious = Files.writeString(directory.resolve("precious"), "data");
        Files.createSymbolicLink(file, precious);
        Scoreboard.openOrCreate(file).close();
        assertThat(file).isRegularFile();
        assertThat(precious).hasContent("data");

        Files.delete(file);
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                .isZero();
        Scoreboard.openOrCreate(file).close();
        assertThat(file).isRegularFile();

        Files.delete(file);
        Files.createFile(Files.createDirectory(file).resolve("precious"));
        assertThatThrownBy(() -> Scoreboard.openOrCreate(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot write " + file);
        assertThat(file.resolve("precious")).exists();
        Files.delete(file.resolve("precious"));
        Files.delete(file);
    }

    private static void assertRecord(Scoreboard scoreboard, int index, long open, long accepted, long pressure) {
        assertThat(new long[] {scoreboard.open(index), scoreboard.accepted(index), scoreboard.pressure(index)})
                .containsExactly(open, accepted, pressure);
    }
}
