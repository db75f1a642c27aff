package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.internal.control.ControlMessage;
import io.forkless.internal.control.ControlMessage.Again;
import io.forkless.internal.control.ListenerRecord;
import io.forkless.internal.control.WorkerRecord;
import io.forkless.testing.FreePort;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.PosixSignals;
import io.forkless.testing.ShortTempDir;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the next supervisor finds may be garbage, forged, or gone. One service goes through all of it: its workers stay the same,
 * and no client is refused or cut off.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no FIFOs, and to suspend a process takes a native call")
class AdoptionInputTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String FORGED = "0".repeat(64);

    @TempDir(factory = ShortTempDir.class)
    private static Path directory;

    private static NamedService service;
    private static String address;
    private static FaultLoad load;

    private Set<Long> pids;
    private int failedBefore;

    @BeforeAll
    static void start() throws Exception {
        int port = FreePort.any();
        address = "127.0.0.1:" + port;
        service = new NamedService(
                directory,
                JavaProgram.of(TestWorker.class, TestWorker.SERVE, address).command());
        service.set(TestSupervisor.LISTEN, address).start();
        load = new FaultLoad(port);
    }

    @AfterAll
    static void stop() throws Exception {
        try {
            load.close();
            service.stop();
        } finally {
            service.close();
        }
    }

    @BeforeEach
    void lose_the_supervisor() throws Exception {
        if (!service.supervisor().process.isAlive()) {
            service.start(); // a test before has failed
        }
        pids = service.awaitServing(2);
        failedBefore = load.refused() + load.lost();
        service.kill();
    }

    @AfterEach
    void the_service_is_as_it_was() {
        assertThat(service.awaitServing(2)).isEqualTo(pids);
        load.awaitServed(2);
        assertThat(load.refused() + load.lost()).as("%s", load.failures()).isEqualTo(failedBefore);
    }

    @Test
    void what_is_no_record_of_a_worker_is_named_and_removed() throws Exception {
        Path files = service.directory();
        Path record = service.recordFiles().get(0);
        Path garbage = Files.writeString(files.resolve("7-garbage.worker"), "\u0000\\u00zz=");
        Path empty = Files.createFile(files.resolve("7-empty.worker"));
        Path later = Files.writeString(files.resolve("7-later.worker"), "version=99");
        Path index = files.resolve("7-index.worker");
        WorkerRecord real = WorkerRecord.read(record);
        new WorkerRecord(-1, FORGED, real.spawned(), null, real.origin(), Duration.ZERO).writeTo(index);
        Path link = Files.createSymbolicLink(files.resolve("7-link.worker"), record);
        Path fifo = fifo(files.resolve("7-fifo.worker"));
        Path folder = Files.createDirectory(files.resolve("7-folder.worker"));
        Path foreign = Files.writeString(files.resolve("notes"), "somebody's");

        SupervisorProcess next = service.start();

        assertThat(next.log())
                .contains(garbage + " is of no worker, and is removed: it is not the record of a worker")
                .contains(empty + " is of no worker, and is removed: it is not the record of a worker")
                .contains(later + " is of no worker, and is removed: it is of version 99")
                .contains(index + " is of no worker, and is removed: no worker has the index -1")
                .contains(link + " is of no worker, and is removed: it is not a regular file")
                .contains(fifo + " is of no worker, and is removed: it is not a regular file")
                .contains(folder + " is of no worker, and is removed: it is not a regular file")
                .doesNotContain(FORGED);
        assertThat(List.of(garbage, empty, later, index, link, fifo, folder)).noneMatch(Files::exists);
        assertThat(foreign).exists();
        assertThat(record).exists();
    }

    @Test
    void what_is_known_of_the_listeners_may_be_garbage() throws Exception {
        Path file = service.directory().resolve(ListenerRecord.FILE);
        for (String content : List.of("garbage", "posix own x y z\n\n\u0000\n", "")) {
            Files.writeString(file, content);
            service.start();
            service.kill();
        }
        Files.delete(file);
        fifo(file);
        service.start();
        service.kill();
        Files.deleteIfExists(file);
        Files.createSymbolicLink(file, Path.of("/dev/zero"));
        service.start();
    }

    @Test
    void the_file_of_its_name_may_be_garbage_while_nobody_has_it() throws Exception {
        for (String content :
                List.of("", "garbage", "1 2 3\n", "-1 x unix:/\n", "999999999 " + FORGED + " unix:/tmp/x\n")) {
            Files.writeString(service.endpoint(), content);
            load.awaitServed(5);
        }
        Files.delete(service.endpoint());
        Path fifo = fifo(service.endpoint());
        TimeUnit.MILLISECONDS.sleep(300); // the workers look for it again and again
        Files.delete(fifo);
        Files.createSymbolicLink(service.endpoint(), Path.of("/dev/zero"));
        TimeUnit.MILLISECONDS.sleep(300);
        Files.delete(service.endpoint());
        service.start();
    }

    @Test
    void the_directory_may_be_removed_while_there_is_no_supervisor() throws Exception {
        List<Path> records = service.recordFiles();
        removeAll(service.runtimeDirectory());
        await().atMost(LIMIT).until(() -> service.recordFiles().equals(records));
        service.start();
    }

    @Test
    void the_directory_may_be_removed_while_there_is_one() throws Exception {
        service.start();
        List<Path> records = service.recordFiles();
        removeAll(service.runtimeDirectory());
        await().atMost(LIMIT).until(() -> service.recordFiles().equals(records) && Files.exists(service.endpoint()));
        await().atMost(LIMIT)
                .until(() -> Files.exists(service.directory().resolve(ListenerRecord.FILE))
                        && Files.exists(service.directory().resolve("control.sock")));
        service.kill();
        service.start();
    }

    @Test
    void of_two_supervisors_that_begin_at_once_one_gets_the_workers() throws Exception {
        SupervisorProcess one = service.begin();
        SupervisorProcess other = service.begin();
        await().atMost(LIMIT).until(() -> !one.process.isAlive() || !other.process.isAlive());
        SupervisorProcess loser = one.process.isAlive() ? other : one;
        SupervisorProcess winner = one.process.isAlive() ? one : other;
        assertThat(loser.log())
                .contains("a supervisor named 'web' is running already (pid " + winner.process.pid() + ")");
        winner.awaitReady();
        service.use(winner);
    }

    /** It fails when it has the workers' listener already. */
    @Test
    void a_supervisor_that_cannot_get_another_listener_leaves_the_workers_as_they_are() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            service.set(TestSupervisor.LISTEN, address + " 0.0.0.0:" + taken.getLocalPort());
            SupervisorProcess failing = service.begin();
            assertThat(failing.process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(failing.log())
                    .contains("listening on " + address + ", which an earlier supervisor has opened")
                    .containsPattern(SupervisedTest.IN_USE);
        } finally {
            service.set(TestSupervisor.LISTEN, address);
        }
        service.start();
    }

    /** The real ones stand still meanwhile, so that the forger comes first. */
    @Test
    void whoever_else_claims_to_be_a_worker_is_refused() throws Exception {
        List<WorkerRecord> records = service.records();
        for (long pid : pids) {
            PosixSignals.stop(pid);
        }
        SupervisorProcess next;
        try {
            next = service.begin();
            service.awaitLog("waiting for 2 workers");
            await().atMost(LIMIT).until(() -> Files.exists(service.directory().resolve("control.sock")));
            WorkerRecord victim = records.get(0);
            long pid = victim.process().pid();
            long own = ProcessHandle.current().pid();
            assertThat(answerTo(again(Again.CURRENT_VERSION, FORGED, pid)))
                    .isEqualTo("refused 0 the token is foreign: it is not a worker of this service that an earlier"
                            + " supervisor has left\n");
            assertThat(answerTo(again(Again.CURRENT_VERSION, victim.token(), pid)))
                    .startsWith("refused 0 process " + own + " of user ")
                    .endsWith(" claims to be process " + pid + "\n");
            assertThat(answerTo(again(Again.CURRENT_VERSION, victim.token(), own)))
                    .isEqualTo("refused 0 process " + own + " is not a process that this supervisor started\n");
            assertThat(answerTo(again(Again.CURRENT_VERSION, records.get(1).token(), pid)))
                    .startsWith("refused 0 process " + pid + " is not a process");
            assertThat(answerTo(again(Again.CURRENT_VERSION + 1, victim.token(), own)))
                    .startsWith("refused 0 the supervisor adopts workers by protocol 1, the worker speaks 2");
            assertThat(answerTo("again garbage\n".getBytes(StandardCharsets.UTF_8)))
                    .doesNotContain("welcome");
        } finally {
            for (long pid : pids) {
                PosixSignals.send("CONT", pid);
            }
        }
        next.awaitReady();
        service.awaitServing(2);
        WorkerRecord victim = records.get(0);
        // Replayed: the real one is there.
        assertThat(answerTo(again(
                        Again.CURRENT_VERSION,
                        victim.token(),
                        ProcessHandle.current().pid())))
                .startsWith("refused 0 ");
        assertThat(next.log()).doesNotContain(victim.token()).doesNotContain(FORGED);
    }

    private static byte[] again(int version, String token, long pid) {
        return new Again(version, token, pid, true, false, false, false, List.of()).toBytes();
    }

    private static String answerTo(byte[] introduction) throws IOException {
        Path control = service.directory().resolve("control.sock");
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(control))) {
            channel.write(ByteBuffer.wrap(introduction));
            ByteBuffer answer = ByteBuffer.allocate(ControlMessage.MAX_LINE_BYTES);
            while (channel.read(answer) >= 0) {
                // to the end
            }
            return new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
        }
    }

    private static Path fifo(Path path) throws Exception {
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor())
                .isZero();
        return path;
    }

    private static void removeAll(Path path) throws IOException {
        try (Stream<Path> all = Files.walk(path)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                try {
                    Files.deleteIfExists(each);
                } catch (DirectoryNotEmptyException e) {
                    // somebody has restored a file meanwhile
                }
            }
        } catch (NoSuchFileException e) {
            // gone
        }
    }
}
