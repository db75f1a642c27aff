package io.forkless.supervisor.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.ProcessIdentity;
import io.forkless.internal.control.RuntimeDirectory;
import io.forkless.internal.control.Scoreboard;
import io.forkless.internal.control.WorkerRecord;
import io.forkless.supervisor.CapturedLog;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.ShortTempDir;
import io.forkless.testing.Sleeper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class RosterTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final ProcessHandle OWN = ProcessHandle.current();
    private static final String TOKEN = "0123456789abcdef";

    @TempDir(factory = ShortTempDir.class)
    private Path runtime;

    private PrivateDirectory directory;
    private Path file;

    @BeforeEach
    void make_a_service() throws IOException {
        System.setProperty(RuntimeDirectory.PROPERTY, runtime.toString());
        directory = PrivateDirectory.ofService("web");
        file = directory.resolve("0-1" + WorkerRecord.FILE_SUFFIX);
    }

    @AfterEach
    void use_the_usual_directory() {
        System.clearProperty(RuntimeDirectory.PROPERTY);
    }

    @Test
    void the_next_supervisor_finds_the_workers_that_run_with_what_they_were_started_with() throws Exception {
        Roster first = roster("one");
        first.add(first.fileOf("0-1"), 0, TOKEN, OWN);

        Map<Path, WorkerRecord> left = roster("one").takeLeft();

        ProcessIdentity own = ProcessIdentity.own();
        WorkerRecord record = new WorkerRecord(0, TOKEN, own, null, "one", TIMEOUT, own);
        assertThat(left).containsExactly(Map.entry(file, record));
        assertThat(roster("one").isCurrent(record)).isTrue();
        assertThat(roster("another").isCurrent(record)).isFalse();
    }

    @Test
    void whose_worker_it_is_is_recorded_when_that_changes() throws Exception {
        ProcessIdentity own = ProcessIdentity.own();
        ProcessIdentity earlier = new ProcessIdentity(own.pid(), "1");
        new WorkerRecord(0, TOKEN, own, null, "one", TIMEOUT, earlier).writeTo(file);
        Roster roster = roster("one");
        roster.takeLeft();
        assertThat(WorkerRecord.read(file).supervisor()).isEqualTo(earlier);
        roster.takeCharge();
        assertThat(WorkerRecord.read(file).supervisor()).isEqualTo(own);

        roster.forget(file);
        roster.takeCharge();
        assertThat(file).exists();
    }

    @Test
    void who_speaks_for_a_worker_is_recorded_once_it_has_called() throws Exception {
        Process child = JavaProgram.of(Sleeper.class).process().start();
        try {
            Roster roster = roster("one");
            roster.add(file, 0, TOKEN, OWN);
            roster.linked(file, child.toHandle());
            roster.linked(directory.resolve("of-nobody"), OWN);

            assertThat(WorkerRecord.read(file).process())
                    .isEqualTo(ProcessIdentity.of(child.pid()).orElseThrow());
            assertThat(directory.path().toFile().list()).hasSize(1);
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    @Test
    void records_of_workers_that_have_ended_are_removed() throws Exception {
        Process ended = JavaProgram.of(Sleeper.class).process().start();
        roster("one").add(file, 0, TOKEN, ended.toHandle());
        ended.destroyForcibly().waitFor();

        assertThat(roster("one").takeLeft()).isEmpty();

        assertThat(file).doesNotExist();
        Roster roster = roster("one");
        roster.add(file, 0, TOKEN, ended.toHandle());
        assertThat(file).as("it has ended before it was recorded").doesNotExist();
        roster.add(file, 0, TOKEN, OWN);
        roster.remove(file);
        assertThat(file).doesNotExist();
        assertThat(roster.isThere()).isTrue();
    }

    @Test
    void what_is_no_record_is_removed_with_a_line_that_says_why() throws Exception {
        try (CapturedLog log = new CapturedLog()) {
            Path garbage = Files.writeString(directory.resolve("garbage" + WorkerRecord.FILE_SUFFIX), TOKEN);
            Path impossible = directory.resolve("impossible" + WorkerRecord.FILE_SUFFIX);
            new WorkerRecord(Scoreboard.CAPACITY, TOKEN, ProcessIdentity.own(), null, "one", TIMEOUT)
                    .writeTo(impossible);
            Path precious =
                    Files.createFile(Files.createDirectory(directory.resolve("directory" + WorkerRecord.FILE_SUFFIX))
                            .resolve("precious"));
            Path other = Files.createFile(directory.resolve("other"));

            assertThat(roster("one").takeLeft()).isEmpty();

            assertThat(log.lines())
                    .contains(
                            "WARNING " + garbage + " is of no worker, and is removed: it is not the record of a worker",
                            "WARNING " + impossible + " is of no worker, and is removed: no worker has the index "
                                    + Scoreboard.CAPACITY);
            assertThat(log.lines().toString()).doesNotContain(TOKEN);
            assertThat(garbage).doesNotExist();
            assertThat(impossible).doesNotExist();
            assertThat(precious).exists();
            assertThat(other).exists();
        }
    }

    @Test
    void without_an_orphan_time_out_there_are_no_records() throws Exception {
        Roster roster = new Roster(directory, "web", runtime.resolve("web.endpoint"), "one", Duration.ZERO, TIMEOUT);

        roster.add(file, 0, TOKEN, OWN);

        assertThat(file).doesNotExist();
        assertThat(roster.serviceOf(file).orphanTimeout())
                .as("it removes what it leaves")
                .isZero();
        assertThat(roster("one").serviceOf(file).orphanTimeout()).isEqualTo(TIMEOUT);
        try (PrivateDirectory own = PrivateDirectory.create("forkless-")) {
            Roster unnamed = new Roster(own, "4711", own.resolve("endpoint"), "one", Duration.ZERO, TIMEOUT);
            assertThat(unnamed.serviceOf(file)).isNull();
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no FIFOs among files, and links take a privilege")
    void neither_fifo_nor_link_is_followed() throws Exception {
        Path elsewhere = runtime.resolve("elsewhere");
        new WorkerRecord(0, TOKEN, ProcessIdentity.own(), null, "one", TIMEOUT).writeTo(elsewhere);
        Files.createSymbolicLink(file, elsewhere);
        Path fifo = directory.resolve("fifo" + WorkerRecord.FILE_SUFFIX);
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();

        assertThat(roster("one").takeLeft()).isEmpty();

        assertThat(file).doesNotExist();
        assertThat(fifo).doesNotExist();
        assertThat(elsewhere).exists();
    }

    @Test
    void records_that_somebody_has_removed_are_made_again() throws Exception {
        Roster roster = roster("one");
        Path second = directory.resolve("1-1" + WorkerRecord.FILE_SUFFIX);
        roster.add(file, 0, TOKEN, OWN);
        roster.add(second, 1, TOKEN, OWN);
        roster.touch(FileTime.fromMillis(0));
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(FileTime.fromMillis(0));
        assertThat(roster.isThere()).isTrue();

        Files.delete(file);
        assertThat(roster.isThere()).isFalse();
        roster.makeAgain();

        assertThat(roster.isThere()).isTrue();
        assertThat(WorkerRecord.read(file).index()).isZero();
        assertThat(Files.getLastModifiedTime(second)).as("that one was there").isEqualTo(FileTime.fromMillis(0));
    }

    private Roster roster(String origin) {
        return new Roster(directory, "web", runtime.resolve("web.endpoint"), origin, TIMEOUT, TIMEOUT);
    }
}
