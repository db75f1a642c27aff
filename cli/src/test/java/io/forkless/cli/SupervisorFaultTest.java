package io.forkless.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forkless.internal.control.UserId;
import io.forkless.supervisor.FaultLoad;
import io.forkless.supervisor.FaultTable;
import io.forkless.supervisor.FaultWorker;
import io.forkless.supervisor.SupervisedTest;
import io.forkless.supervisor.SupervisorProcess;
import io.forkless.supervisor.TestSupervisor;
import io.forkless.supervisor.TestWorker;
import io.forkless.supervisor.admin.AdminClient;
import io.forkless.testing.Client;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.LinuxProc;
import io.forkless.testing.PosixSignals;
import io.forkless.testing.Privileges;
import io.forkless.testing.ShortTempDir;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kills a supervisor while a worker starts, by itself or as the replacement in a rolling restart, freezes it, and takes
 * its disk, the reader of its output and the resolution of names away. What is in flight is answered, and in the end there is no process, no listener and no file.
 */
@DisabledOnOs(value = OS.MAC, disabledReason = "who holds what is read from /proc")
@Tag("long")
class SupervisorFaultTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String TEMPORARY_PROPERTY = "java.io.tmpdir";
    private static final String SUSPEND = "to suspend a process takes a native call";
    private static final String MOUNT = "it mounts a small file system";
    private static final String FIFO = "Windows has no FIFOs";

    /** A system property: where the JDK looks names up, in place of the network. */
    private static final String HOSTS = "-Djdk.net.hosts.file=";

    private static final int PAGE = 4096;
    private static final List<String> SERVE =
            JavaProgram.of(TestWorker.class, TestWorker.SERVE, "127.0.0.1:0").command();
    private static final FaultTable TABLE = new FaultTable();

    @TempDir(factory = ShortTempDir.class)
    private Path directory;

    private String temporaryBefore;
    private Path temporary;

    @BeforeEach
    void use_a_temporary_directory_of_our_own() throws IOException {
        temporary = Files.createDirectory(directory.resolve("tmp"));
        temporaryBefore = System.getProperty(TEMPORARY_PROPERTY);
        System.setProperty(TEMPORARY_PROPERTY, temporary.toString()); // where commands look for the supervisor
    }

    @AfterEach
    void use_the_other_one() {
        System.setProperty(TEMPORARY_PROPERTY, temporaryBefore);
    }

    @AfterAll
    static void print() {
        TABLE.print();
    }

    @ParameterizedTest
    @CsvSource({"scale, 2, start", "scale, 2, asked", "scale, 2, ticket", "restart, '', hello", "restart, '', listening"
    })
    void what_a_killed_supervisor_had_begun_ends(String verb, String argument, String at) throws Exception {
        killWhile(verb, argument, at);
    }

    @ParameterizedTest
    @CsvSource({"scale, 2, connected", "scale, 2, nonce", "restart, '', half-nonce"})
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there the ticket is all that is handed over")
    void a_hand_off_that_a_killed_supervisor_had_begun_ends(String verb, String argument, String at) throws Exception {
        killWhile(verb, argument, at);
    }

    private void killWhile(String verb, String argument, String at) throws Exception {
        Path step = Files.writeString(directory.resolve("step"), FaultWorker.SERVE);
        List<String> worker = JavaProgram.of(FaultWorker.class, step.toString(), "127.0.0.1:0")
                .command();
        try (SupervisorProcess supervisor =
                new SupervisorProcess(temporary, List.of(), List.of(), 1, true, worker).awaitReady()) {
            Client inFlight = new Client(supervisor.port());
            assertThat(inFlight.ask("hello")).isEqualTo("echo hello");
            Files.writeString(step, at);
            Thread operator = new Thread(() -> {
                try {
                    command(supervisor.process, verb, argument);
                } catch (Exception e) {
                    // a restart ends with its supervisor
                }
            });
            operator.start();
            await().atMost(LIMIT)
                    .until(() -> supervisor
                            .process
                            .children()
                            .anyMatch(process -> Files.exists(FaultWorker.arrival(step, process.pid()))));
            List<ProcessHandle> workers = supervisor.process.children().toList();
            assertThat(workers).hasSize(2);
            assertThat(Client.who(supervisor.port()).pid())
                    .isEqualTo(supervisor.pids().get(0));
            inFlight.send("sleep 500");

            supervisor.killHard();

            assertThat(inFlight.receive()).isEqualTo("slept");
            inFlight.close(); // else its worker drains until the limit
            TABLE.add("supervisor KILL, " + verb + ": " + at, 1, 0, 0, 0);
            operator.join();
            assertNothingIsLeft(
                    supervisor, workers.stream().map(ProcessHandle::pid).toList());
        }
    }

    /** Of the workers, one serves on, and one is frozen too, so that it was not heard of when the supervisor looks. */
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = SUSPEND)
    void a_supervisor_that_was_frozen_for_longer_than_the_hang_timeout_kills_nobody_and_obeys_again() throws Exception {
        Duration hang = Duration.ofSeconds(3);
        List<String> options = List.of("-D" + TestSupervisor.HANG_TIMEOUT + "=" + hang);
        try (SupervisorProcess supervisor =
                new SupervisorProcess(temporary, List.of(), options, 2, true, SERVE).awaitReady()) {
            long frozen = supervisor.pids().get(0);
            PosixSignals.stop(frozen);
            PosixSignals.stop(supervisor.process.pid());
            FutureTask<List<String>> answer = new FutureTask<>(() -> command(supervisor.process, "status", ""));
            new Thread(answer).start();
            int served = 0;
            for (long since = System.nanoTime();
                    System.nanoTime() - since < hang.plusSeconds(1).toNanos();
                    served++) {
                assertThat(Client.who(supervisor.port()).pid())
                        .isEqualTo(supervisor.pids().get(1));
            }
            TABLE.add("supervisor STOP, CONT", served, 0, 0, 0);
            PosixSignals.send("CONT", supervisor.process.pid());
            assertThat(answer.get(30, TimeUnit.SECONDS)).hasSize(2).allMatch(line -> line.contains("state=READY"));
            PosixSignals.send("CONT", frozen); // not before the supervisor has looked after its workers again

            await().during(Duration.ofSeconds(2))
                    .atMost(LIMIT)
                    .until(() -> supervisor.log(), log -> !log.contains("killing") && !log.contains("it hangs"));
            assertThat(SupervisedTest.awaitPids(supervisor.port(), 2))
                    .containsExactlyInAnyOrderElementsOf(supervisor.pids());
            command(supervisor.process, "scale", "1");
            SupervisedTest.awaitGone(supervisor.pids().get(1));
            supervisor.stop();
            assertThat(supervisor.files()).isEmpty();
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = SUSPEND)
    void what_a_frozen_and_killed_supervisor_had_begun_ends() throws Exception {
        try (SupervisorProcess supervisor =
                new SupervisorProcess(temporary, List.of(), List.of(), 2, true, SERVE).awaitReady()) {
            PosixSignals.stop(supervisor.process.pid());
            try (Client inFlight = new Client(supervisor.port())) {
                inFlight.send("sleep 500");

                supervisor.killHard();

                assertThat(inFlight.receive()).isEqualTo("slept");
            }
            TABLE.add("supervisor STOP, KILL", 1, 0, 0, 0);
            assertNothingIsLeft(supervisor, supervisor.pids());
        }
    }

    /** @param pages how many there are: for nothing, or for all but the bootstrap file of the first worker */
    @ParameterizedTest
    @Tag("root")
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = MOUNT)
    @CsvSource({"unnamed, 0", "named, 0", "unnamed, 10", "named, 10"})
    void a_full_disk_keeps_a_supervisor_from_starting_and_it_leaves_nothing(String name, int pages) throws Exception {
        mountSmallDisk();
        try {
            Path filler = temporary.resolve("filler");
            fill(filler);
            try (FileChannel channel = FileChannel.open(filler, StandardOpenOption.WRITE)) {
                channel.truncate(channel.size() - pages * PAGE);
            }
            List<String> arguments = new ArrayList<>();
            if (name.equals("named")) {
                arguments.addAll(List.of("--name", name));
            }
            arguments.addAll(List.of("--listen", "127.0.0.1:0"));
            Path said = directory.resolve("said");
            ProcessBuilder builder =
                    run(arguments).process().redirectErrorStream(true).redirectOutput(said.toFile());

            assertThat(builder.start().onExit().get(60, TimeUnit.SECONDS).exitValue())
                    .as(Files.readString(said))
                    .isEqualTo(3);

            assertThat(Files.readAllLines(said))
                    .last()
                    .asString()
                    .startsWith("forkless: cannot write " + temporary)
                    .endsWith("No space left on device");
            assertThat(temporary).isDirectoryNotContaining("glob:**/forkless-*");
        } finally {
            assertThat(run("umount", "--lazy", temporary.toString())).isTrue();
        }
    }

    /** One inode is that of the disk's root; the next ones are the runtime directory, the private one, and its files. */
    @ParameterizedTest
    @Tag("root")
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = MOUNT)
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void a_disk_without_a_free_inode_is_named_and_nothing_is_left_on_it(int inodes) throws Exception {
        mountDisk("nr_inodes=" + inodes);
        try {
            Path said = directory.resolve("said");
            ProcessBuilder builder = run(List.of("--name", "named", "--listen", "127.0.0.1:0"))
                    .options("-XX:-UsePerfData") // which has a file there, too
                    .process()
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile());

            assertThat(builder.start().onExit().get(60, TimeUnit.SECONDS).exitValue())
                    .as(Files.readString(said))
                    .isEqualTo(3);

            assertThat(Files.readAllLines(said))
                    .last()
                    .asString()
                    .startsWith("forkless: cannot ")
                    .contains("no free inode on " + temporary + " (tmpfs)");
            assertThat(temporary).isEmptyDirectory();
        } finally {
            assertThat(run("umount", "--lazy", temporary.toString())).isTrue();
        }
    }

    @Test
    @Tag("root")
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = MOUNT)
    void a_full_disk_keeps_a_dead_worker_from_being_replaced_until_there_is_room() throws Exception {
        mountSmallDisk();
        try {
            try (SupervisorProcess supervisor =
                    new SupervisorProcess(temporary, List.of(), List.of(), 2, true, SERVE).awaitReady()) {
                Path filler = temporary.resolve("filler");
                fill(filler);
                FaultLoad load = new FaultLoad(supervisor.port());
                try (load) {
                    SupervisedTest.killHard(supervisor.pids().get(0));
                    await().atMost(LIMIT).until(() -> supervisor.log().contains("No space left on device"));
                    load.awaitNextOfEach();
                    Files.delete(filler);
                    await().atMost(LIMIT)
                            .until(() -> !supervisor
                                    .pids()
                                    .contains(Client.who(supervisor.port()).pid()));
                }
                TABLE.add(
                        "private directory full, worker KILL",
                        load.served(),
                        load.refused(),
                        load.lost(),
                        FaultLoad.CLIENTS);
                assertThat(load.refused()).isZero();
                assertThat(load.lost()).isLessThanOrEqualTo(FaultLoad.CLIENTS); // what the victim had accepted
                supervisor.stop();
                assertThat(supervisor.files()).isEmpty();
            }
        } finally {
            assertThat(run("umount", "--lazy", temporary.toString())).isTrue();
        }
    }

    /** Of its standard output and standard error alike: they are one pipe. */
    @Test
    void a_reader_that_stands_still_keeps_the_supervisor_from_nothing() throws Exception {
        Process supervisor = forkless(List.of(), "--workers", "2", "--listen", "127.0.0.1:0");
        try (BufferedReader output = supervisor.inputReader()) {
            int port = Integer.parseInt(awaitLine(output, ".*listening on 127.0.0.1:(\\d+)"));
            awaitLine(output, ".*(all 2 workers are READY).*");
            for (int i = 0; i < 40; i++) { // more than all pipes on the way take
                assertThat(Client.ask(port, "print 1000")).isEqualTo("printed");
            }
            assertThat(command(supervisor, "status", "")).hasSize(2).allMatch(line -> line.contains("state=READY"));
            long victim = Client.who(port).pid();
            SupervisedTest.killHard(victim);
            await().atMost(LIMIT)
                    .until(() -> command(supervisor, "status", "").stream()
                            .allMatch(line -> line.contains("state=READY") && !line.contains("pid=" + victim)));
            command(supervisor, "restart", "");
            TABLE.add("supervisor's reader stands still, worker KILL", 42, 0, 0, 0);

            command(supervisor, "stop", "");

            assertThat(supervisor.onExit().get(60, TimeUnit.SECONDS).exitValue())
                    .isZero();
            assertThat(output.lines()).isNotEmpty(); // what was in the pipe
        } finally {
            kill(supervisor);
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = FIFO)
    void a_name_that_takes_long_to_resolve_delays_neither_other_workers_nor_the_stop() throws Exception {
        Path hosts = fifo("hosts");
        List<String> options = List.of(HOSTS + hosts);
        try (SupervisorProcess supervisor =
                        new SupervisorProcess(temporary, List.of(), options, 1, false, SERVE).awaitReady();
                Client asking = new Client(supervisor.port())) {
            asking.send("listen slow.test:1");
            try (FileChannel resolving = FileChannel.open(hosts, StandardOpenOption.WRITE)) { // as soon as it is read
                command(supervisor.process, "scale", "3");
                await().atMost(LIMIT)
                        .until(
                                () -> command(supervisor.process, "status", ""),
                                lines -> lines.stream()
                                                .filter(line -> line.contains("state=READY"))
                                                .count()
                                        == 3);
                TABLE.add("a name does not resolve", 1, 0, 0, 0);

                supervisor.process.getOutputStream().close(); // upon which it stops

                assertThat(supervisor.process.onExit().get(60, TimeUnit.SECONDS).exitValue())
                        .as(supervisor.log())
                        .isZero();
                assertThat(resolving.isOpen()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = FIFO)
    void a_start_that_waits_for_a_name_is_given_up_when_it_is_told_to_stop(String signal) throws Exception {
        Path hosts = fifo("hosts");
        Process supervisor = forkless(List.of(HOSTS + hosts), "--listen", "slow.test:1");
        try (FileChannel resolving = FileChannel.open(hosts, StandardOpenOption.WRITE)) { // as soon as it is read
            PosixSignals.send(signal, supervisor.pid());
            assertThat(supervisor.onExit().get(60, TimeUnit.SECONDS).exitValue())
                    .as(supervisor.inputReader().lines().toList().toString())
                    .isZero();
            assertThat(resolving.isOpen()).isTrue();
            assertThat(temporary).isDirectoryNotContaining("glob:**/forkless-*");
        } finally {
            kill(supervisor);
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = FIFO)
    void a_fifo_in_the_place_of_its_endpoint_ends_the_start_and_delays_no_command() throws Exception {
        Path base = Files.createDirectory(temporary.resolve("forkless-" + UserId.ours()));
        Path endpoint = fifo(directory.relativize(base.resolve("fifo.endpoint")).toString());
        Process supervisor = forkless(List.of(), "--name", "fifo");
        try {
            assertThat(supervisor.onExit().get(60, TimeUnit.SECONDS).exitValue())
                    .isEqualTo(3);
            assertThat(supervisor.inputReader().lines())
                    .containsExactly("forkless: cannot use " + endpoint + " to guard the supervisor's name: it is not a"
                            + " regular file; remove it or choose another --name");
            assertThatThrownBy(() -> AdminClient.connect("fifo")).hasMessageContaining("no supervisor named 'fifo'");
        } finally {
            kill(supervisor);
        }
    }

    /** {@code forkless run} of workers that serve, with both output streams in one pipe. */
    private Process forkless(List<String> options, String... arguments) throws IOException {
        return run(List.of(arguments))
                .options(options)
                .process()
                .redirectErrorStream(true)
                .start();
    }

    private JavaProgram run(List<String> arguments) {
        List<String> all = new ArrayList<>(List.of("run"));
        all.addAll(arguments);
        all.addAll(SERVE);
        return JavaProgram.of(Main.class, all.toArray(String[]::new)).temporary(temporary);
    }

    private static void kill(Process supervisor) {
        supervisor.descendants().forEach(ProcessHandle::destroyForcibly);
        supervisor.destroyForcibly().onExit().join();
    }

    /** Reads as far as that line and no further, and returns the first group of it. */
    private static String awaitLine(BufferedReader output, String expression) throws IOException {
        Matcher matcher = Pattern.compile(expression).matcher("");
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (matcher.reset(line).matches()) {
                return matcher.group(1);
            }
        }
        throw new AssertionError("no " + expression);
    }

    private Path fifo(String name) throws Exception {
        Path fifo = directory.resolve(name);
        assertThat(run("mkfifo", fifo.toString())).isTrue();
        return fifo;
    }

    private void mountSmallDisk() throws Exception {
        mountDisk("size=1m");
    }

    private void mountDisk(String limit) throws Exception {
        assumeTrue(Privileges.isRoot(), "only root can mount");
        assumeTrue(run("mount", "-t", "tmpfs", "-o", limit, "tmpfs", temporary.toString()), "no mount permitted");
    }

    private static void fill(Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            byte[] page = new byte[PAGE];
            while (true) {
                out.write(page);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    private static boolean run(String... command) throws Exception {
        return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    }

    private static List<String> command(Process supervisor, String verb, String argument) throws Exception {
        try (AdminClient client = AdminClient.connect(Long.toString(supervisor.pid()))) {
            client.execute(verb, argument);
            return client.reports();
        }
    }

    private static void assertNothingIsLeft(SupervisorProcess supervisor, List<Long> workers) throws IOException {
        workers.forEach(SupervisedTest::awaitGone);
        if (OS.LINUX.isCurrentOs()) {
            assertThat(LinuxProc.listeners(supervisor.port())).isEmpty();
        }
        new ServerSocket(supervisor.port(), 1, InetAddress.getLoopbackAddress()).close();
        // Windows may count a file as open for a moment after the process that had it has ended.
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(supervisor.filesAfterDeath()).isEmpty());
    }
}
