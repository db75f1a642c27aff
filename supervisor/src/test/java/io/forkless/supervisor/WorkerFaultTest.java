package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.supervisor.admin.AdminClient;
import io.forkless.testing.Client;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.LinuxProc;
import io.forkless.testing.PosixSignals;
import io.forkless.testing.ShortTempDir;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kills workers of one supervisor, in each of their states and at each step of a hand-off, while two others serve. After
 * each fault there are just those two and the supervisor, in the process table and as holders of the listener, and no
 * file but the supervisor's.
 */
@DisabledOnOs(value = OS.MAC, disabledReason = "who holds what is read from /proc")
@Tag("long")
class WorkerFaultTest {
    private static final boolean LINUX = OS.LINUX.isCurrentOs();
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String TEMPORARY_PROPERTY = "java.io.tmpdir";
    private static final FaultTable TABLE = new FaultTable();

    @TempDir(factory = ShortTempDir.class)
    private static Path directory;

    private static String temporaryBefore;
    private static Path step;
    private static SupervisorProcess supervisor;
    private static FaultLoad load;
    private static int servedBefore;
    private static int lostBefore;

    @BeforeAll
    static void start() throws IOException {
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        step = directory.resolve("step");
        Files.writeString(step, FaultWorker.SERVE);
        List<String> worker = JavaProgram.of(FaultWorker.class, step.toString(), "127.0.0.1:0")
                .command();
        supervisor = new SupervisorProcess(temporary, List.of(), List.of(), 2, true, worker).awaitReady();
        load = new FaultLoad(supervisor.port());
        temporaryBefore = System.getProperty(TEMPORARY_PROPERTY);
        System.setProperty(TEMPORARY_PROPERTY, temporary.toString()); // where commands look for the supervisor
    }

    /** The last fault: the listener goes while clients come. Whoever had connected is answered. */
    @AfterAll
    static void the_end_under_load_leaves_nothing() throws Exception {
        try {
            if (load != null) {
                load.awaitServed(1);
                begin();
                supervisor.stop();
                load.close();
                // On Linux alone a queue can be closed to new clients before it is emptied.
                int unavoidable = LINUX ? 0 : FaultLoad.CLIENTS;
                TABLE.add("listener closed under load", served(), 0, lost(), unavoidable);
                assertThat(lost()).isLessThanOrEqualTo(unavoidable);
                if (LINUX) {
                    assertThat(LinuxProc.listeners(supervisor.port())).isEmpty();
                }
                new ServerSocket(supervisor.port(), 1, InetAddress.getLoopbackAddress()).close();
                assertThat(supervisor.files()).isEmpty();
            }
        } finally {
            System.setProperty(TEMPORARY_PROPERTY, temporaryBefore);
            supervisor.close();
            TABLE.print();
        }
    }

    @AfterEach
    void nothing_is_left_but_two_that_serve() throws Exception {
        await().atMost(LIMIT).untilAsserted(() -> {
            Set<Long> expected = new TreeSet<>();
            expected.add(supervisor.process.pid());
            supervisor.process.descendants().forEach(process -> expected.add(process.pid()));
            assertThat(expected).hasSize(3);
            if (LINUX) {
                List<String> inodes = LinuxProc.listeners(supervisor.port());
                assertThat(inodes).hasSize(1);
                assertThat(LinuxProc.holders(inodes.get(0))).isEqualTo(expected);
            }
            assertThat(supervisor.files())
                    .singleElement()
                    .satisfies(path -> assertThat(path.resolve(BootstrapFile.ENDPOINT_FILE))
                            .exists());
        });
        assertThat(load.refused()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                FaultWorker.START,
                FaultWorker.HELLO,
                FaultWorker.ASKED,
                FaultWorker.TICKET,
                FaultWorker.LISTENING
            })
    void workers_that_die_at_a_step_of_their_start_cost_nothing(String at) throws Exception {
        killTwoAt(at);
    }

    @ParameterizedTest
    @ValueSource(strings = {FaultWorker.CONNECTED, FaultWorker.HALF_NONCE, FaultWorker.NONCE})
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there the ticket is all that is handed over")
    void workers_that_die_in_a_hand_off_cost_nothing(String at) throws Exception {
        killTwoAt(at);
    }

    private static void killTwoAt(String at) throws Exception {
        begin();
        Files.writeString(step, at);
        Set<Long> serving = workers();
        scale(4);
        List<Long> held = awaitArrivals(serving);
        Files.writeString(step, FaultWorker.SERVE);

        SupervisedTest.killHard(held.get(0));
        if (LINUX) {
            PosixSignals.stop(held.get(1));
        }
        load.awaitServed(20);
        SupervisedTest.killHard(held.get(1));
        scale(2);

        TABLE.add((LINUX ? "KILL; STOP, KILL: " : "KILL: ") + at, served(), load.refused(), lost(), 0);
        assertThat(lost()).isZero();
    }

    @Test
    void a_worker_that_dies_while_it_serves_costs_what_it_had_accepted() throws Exception {
        begin();
        killServing("KILL: ready", Client.who(supervisor.port()).pid());
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "to suspend a process takes a native call: WindowsProcessesTest")
    void a_worker_that_freezes_and_dies_while_it_serves_costs_what_it_had_accepted() throws Exception {
        begin();
        long victim = Client.who(supervisor.port()).pid();
        PosixSignals.stop(victim);
        Client.who(supervisor.port()); // the other one does, though the victim holds the listener
        killServing("STOP, KILL: ready", victim);
    }

    private static void killServing(String fault, long victim) {
        SupervisedTest.killHard(victim);
        await().atMost(LIMIT)
                .until(() ->
                        status().stream().filter(line -> line.contains("READY")).count() == 2
                                && !workers().contains(victim));

        TABLE.add(fault, served(), load.refused(), lost(), FaultLoad.CLIENTS);
        assertThat(lost()).isLessThanOrEqualTo(FaultLoad.CLIENTS);
    }

    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "who has closed its copy of the listener is read from /proc")
    @Test
    void workers_that_die_while_they_drain_cost_what_they_had_not_answered() throws Exception {
        begin();
        scale(4);
        await().atMost(LIMIT)
                .until(() ->
                        status().stream().filter(line -> line.contains("READY")).count() == 4);
        List<Client> inFlight = new ArrayList<>();
        List<Long> draining = new ArrayList<>();
        while (draining.size() < 2) {
            Client client = new Client(supervisor.port());
            String[] who = client.ask("who").split(" ");
            long pid = Long.parseLong(who[3]);
            if (Integer.parseInt(who[1]) < 2 || draining.contains(pid)) {
                client.close();
                continue;
            }
            client.send("sleep 60000");
            inFlight.add(client);
            draining.add(pid);
        }
        scale(2);
        String listener = LinuxProc.listeners(supervisor.port()).get(0);
        await().atMost(LIMIT).until(() -> Collections.disjoint(LinuxProc.holders(listener), draining));
        load.awaitNextOfEach(); // what they had accepted of these is answered
        assertThat(status()).filteredOn(line -> line.contains("DRAINING")).hasSize(2);

        SupervisedTest.killHard(draining.get(0));
        PosixSignals.stop(draining.get(1));
        load.awaitServed(20);
        SupervisedTest.killHard(draining.get(1));

        for (Client client : inFlight) {
            assertThatThrownBy(client::receive).isInstanceOf(IOException.class);
            client.close();
        }
        TABLE.add("KILL; STOP, KILL: draining", served(), load.refused(), lost() + 2, 2);
        assertThat(lost()).isZero();
    }

    private static void begin() {
        servedBefore = load.served();
        lostBefore = load.lost();
    }

    private static int served() {
        return load.served() - servedBefore;
    }

    private static int lost() {
        return load.lost() - lostBefore;
    }

    private static List<Long> awaitArrivals(Set<Long> others) {
        List<Long> held = new ArrayList<>();
        await().atMost(LIMIT).until(() -> {
            held.clear();
            for (long pid : workers()) {
                if (!others.contains(pid) && Files.exists(FaultWorker.arrival(step, pid))) {
                    held.add(pid);
                }
            }
            return held.size() == 2;
        });
        return held;
    }

    private static Set<Long> workers() {
        Set<Long> pids = new TreeSet<>();
        supervisor.process.children().forEach(process -> pids.add(process.pid()));
        return pids;
    }

    private static void scale(int workers) throws Exception {
        command("scale", Integer.toString(workers));
    }

    private static List<String> status() throws Exception {
        return command("status", "");
    }

    private static List<String> command(String verb, String argument) throws Exception {
        try (AdminClient client = AdminClient.connect(Long.toString(supervisor.process.pid()))) {
            client.execute(verb, argument);
            return client.reports();
        }
    }
}
