package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forkless.supervisor.operator.OperatorClient;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Kills a supervisor while a worker starts, by itself or as the replacement in a rolling restart. What is in flight is
 * answered, and then there is no process, no listener and no file.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "who holds what is read from /proc")
class SupervisorFaultTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String TEMPORARY_PROPERTY = "java.io.tmpdir";
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
    @CsvSource({
        "scale, 2, start",
        "scale, 2, asked",
        "scale, 2, ticket",
        "scale, 2, connected",
        "scale, 2, nonce",
        "restart, '', hello",
        "restart, '', half-nonce",
        "restart, '', listening"
    })
    void what_a_killed_supervisor_had_begun_ends(String verb, String argument, String at) throws Exception {
        Path step = Files.writeString(directory.resolve("step"), FaultWorker.SERVE);
        List<String> worker = JavaProcess.command(FaultWorker.class, step.toString(), "127.0.0.1:0");
        try (SupervisorProcess supervisor =
                new SupervisorProcess(temporary, List.of(), List.of(), 1, true, worker).awaitReady()) {
            Client inFlight = new Client(supervisor.port());
            assertThat(inFlight.ask("hello")).isEqualTo("echo hello");
            Files.writeString(step, at);
            Thread operator = new Thread(() -> command(supervisor, verb, argument));
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
            workers.forEach(process -> SupervisedTest.awaitGone(process.pid()));
            operator.join();
            assertThat(LinuxProc.listeners(supervisor.port())).isEmpty();
            new ServerSocket(supervisor.port(), 1, InetAddress.getLoopbackAddress()).close();
            assertThat(files()).isEmpty();
        }
    }

    @Test
    void a_full_disk_keeps_a_dead_worker_from_being_replaced_until_there_is_room() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can mount");
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", temporary.toString()), "no mount permitted");
        try {
            List<String> worker = JavaProcess.command(TestWorker.class, TestWorker.SERVE, "127.0.0.1:0");
            try (SupervisorProcess supervisor =
                    new SupervisorProcess(temporary, List.of(), List.of(), 2, true, worker).awaitReady()) {
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
                assertThat(files()).isEmpty();
            }
        } finally {
            assertThat(run("umount", "--lazy", temporary.toString())).isTrue();
        }
    }

    private static void fill(Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            byte[] page = new byte[4096];
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

    private static void command(SupervisorProcess supervisor, String verb, String argument) {
        try (OperatorClient client = OperatorClient.connect(Long.toString(supervisor.process.pid()))) {
            client.execute(verb, argument);
        } catch (Exception e) {
            // a restart ends with its supervisor
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.filter(file -> file.getFileName().toString().startsWith("forkless-"))
                    .toList();
        }
    }
}
