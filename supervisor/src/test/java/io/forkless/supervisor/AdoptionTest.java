package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.testing.Client;
import io.forkless.testing.FreePort;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.PosixSignals;
import io.forkless.testing.ShortTempDir;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The supervisor of a service is killed, and the next one adopts its workers, whatever they are and do at the time. */
class AdoptionTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String SIGNALS = "to suspend a process takes a native call";
    private static final String SHELL = "it takes a POSIX shell";
    private static final String ANY_PORT = "127.0.0.1:0";
    private static final Pattern ACCEPTED = Pattern.compile("accepted=(\\d+)");
    private static final List<String> SERVE =
            JavaProgram.of(TestWorker.class, TestWorker.SERVE, ANY_PORT).command();

    @TempDir(factory = ShortTempDir.class)
    private Path directory;

    private NamedService service;

    @BeforeEach
    void make_a_service() throws IOException {
        service = new NamedService(directory, SERVE);
    }

    @AfterEach
    void end_it() throws IOException {
        service.close();
    }

    /** One service for all that is done to workers, as each JVM takes its time. */
    @Test
    void adopted_workers_go_on_as_if_nothing_had_been_and_are_cared_for_as_ever() throws Exception {
        service.set(TestSupervisor.HANG_TIMEOUT, "PT3S");
        SupervisorProcess first = service.start();
        int port = first.port();
        Set<Long> pids = service.workers();
        FaultLoad load = new FaultLoad(port);
        try (load) {
            adoptUnderLoad(load, port, pids);
            // more, and fewer
            service.command("scale", "3");
            assertThat(service.awaitServing(3)).containsAll(pids);
            service.command("scale", "2");
            service.awaitServing(2);

            // all of them
            service.command("restart", "");
            Set<Long> restarted = service.awaitServing(2);
            assertThat(restarted).doesNotContainAnyElementsOf(pids);
        }
        assertThat(load.refused() + load.lost()).as("%s", load.failures()).isZero();
        service.stop();
    }

    private void adoptUnderLoad(FaultLoad load, int port, Set<Long> pids) throws Exception {
        try (Client inFlight = new Client(port)) {
            assertThat(inFlight.ask("hello")).isEqualTo("echo hello");
            load.awaitServed(50);
            await().atMost(LIMIT).until(() -> accepted() >= 50); // as the heartbeats tell
            long acceptedBefore = accepted();
            inFlight.send("sleep 500");

            service.kill();
            load.awaitServed(50);
            assertThat(inFlight.receive()).isEqualTo("slept");
            SupervisorProcess second = service.start();

            assertThat(second.port()).isEqualTo(port);
            assertThat(service.awaitServing(2)).isEqualTo(pids);
            assertThat(inFlight.ask("hello again")).isEqualTo("echo hello again");
            await().atMost(LIMIT).until(() -> accepted() > acceptedBefore);
            assertThat(second.log()).contains("adopting 2 workers").doesNotContain("starting worker");
        }
    }

    @Test
    void the_end_of_an_adopted_worker_is_noticed_and_it_is_replaced() throws Exception {
        int port = service.start().port();
        service.kill();
        service.start();
        long victim = Client.who(port).pid();
        long other = service.workers().stream()
                .filter(pid -> pid != victim)
                .findAny()
                .orElseThrow();

        SupervisedTest.killHard(victim);

        service.awaitLog("(pid " + victim + "): BACKOFF (exited with an unknown status");
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(service.workers("READY"))
                        .hasSize(2)
                        .contains(other)
                        .doesNotContain(victim));
        assertThat(service.status().toString()).contains("lastExit=exited with an unknown status");
        service.stop();
    }

    @Test
    @Tag("long")
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = SIGNALS)
    void an_adopted_worker_that_hangs_is_killed_and_one_with_many_connections_is_recycled() throws Exception {
        service.set(TestSupervisor.HANG_TIMEOUT, "PT2S");
        int port = service.start().port();
        service.kill();
        service.set(TestSupervisor.MAX_CONNECTIONS, "50");
        service.start();
        Set<Long> adopted = service.workers();
        long hung = Client.who(port).pid();

        PosixSignals.stop(hung);

        service.awaitLog("no heartbeat for 2000 ms: it hangs");
        SupervisedTest.awaitGone(hung);
        await().atMost(LIMIT).untilAsserted(() -> {
            for (int i = 0; i < 60; i++) {
                Client.who(port);
            }
            assertThat(service.workers("READY")).hasSize(2).doesNotContainAnyElementsOf(adopted);
        });
        service.set(TestSupervisor.MAX_CONNECTIONS, "0");
        service.kill(); // lest the end meets a replacement that begins
        service.start();
        service.stop();
    }

    @Test
    void a_worker_that_dies_with_its_supervisor_is_replaced_and_who_waits_is_served() throws Exception {
        SupervisorProcess first = service.start();
        int port = first.port();
        long victim = Client.who(port).pid();
        FaultLoad load = new FaultLoad(port);
        try (load) {
            load.awaitServed(5);
            service.kill();
            SupervisedTest.killHard(victim);
            int cutOff = load.lost();
            load.awaitServed(20);
            service.start();
            assertThat(service.awaitServing(2)).doesNotContain(victim);
            load.awaitServed(20);
            assertThat(cutOff).isLessThanOrEqualTo(FaultLoad.CLIENTS); // what the victim had accepted
            assertThat(load.lost()).isLessThanOrEqualTo(FaultLoad.CLIENTS);
        }
        assertThat(load.refused()).isZero();
        service.stop();
    }

    /** @param at what the replacement does at that moment */
    @ParameterizedTest
    @Tag("long")
    @ValueSource(strings = {FaultWorker.START, FaultWorker.HELLO, FaultWorker.LISTENING})
    void a_replacement_that_is_not_ready_when_the_supervisor_dies_goes_and_the_others_stay(String at) throws Exception {
        Path step = Files.writeString(directory.resolve("step"), FaultWorker.SERVE);
        service.command(
                JavaProgram.of(FaultWorker.class, step.toString(), ANY_PORT).command());
        int port = service.start().port();
        Set<Long> pids = service.workers();
        FaultLoad load = new FaultLoad(port);
        try (load) {
            Files.writeString(step, at);
            Thread operator = operator("restart", "");
            awaitArrival(step);
            Files.writeString(step, FaultWorker.SERVE);

            service.kill();
            operator.join();
            load.awaitServed(20);
            service.start();

            assertThat(service.awaitServing(2)).isEqualTo(pids);
            load.awaitServed(20);
        }
        assertThat(load.refused() + load.lost()).as("%s", load.failures()).isZero();
        service.stop();
    }

    @Test
    @Tag("long")
    void a_replacement_that_boots_for_longer_than_the_adoption_takes_goes_as_soon_as_it_calls() throws Exception {
        Path step = Files.writeString(directory.resolve("step"), FaultWorker.SERVE);
        service.set(TestSupervisor.DRAIN_TIMEOUT, Duration.ofMinutes(10).toString())
                .command(JavaProgram.of(FaultWorker.class, step.toString(), ANY_PORT)
                        .command());
        service.start();
        Set<Long> pids = service.workers();
        Files.writeString(step, FaultWorker.BOOT);
        Thread operator = operator("restart", "");
        long replacement = awaitArrival(step);
        Files.writeString(step, FaultWorker.SERVE);
        service.kill();
        operator.join();

        service.start();
        assertThat(service.workers("DRAINING")).containsExactly(replacement);
        Files.createFile(step.resolveSibling("go"));

        SupervisedTest.awaitGone(replacement);
        assertThat(service.awaitServing(2)).isEqualTo(pids);
        service.stop();
    }

    @Test
    void a_worker_that_drains_when_the_supervisor_dies_answers_and_its_replacement_stays() throws Exception {
        int port = service.start().port();
        Set<Long> pids = service.workers();
        try (Client slow = new Client(port)) {
            long drained = Long.parseLong(slow.ask("who").split(" ")[3]);
            slow.send("sleep 6000");
            Thread operator = operator("restart", "");
            await().atMost(LIMIT).until(() -> service.workers("DRAINING").contains(drained));
            Set<Long> replacements = service.workers("READY");
            replacements.removeAll(pids);

            service.kill();
            operator.join();
            service.start();

            // Another replacement has perhaps begun, and is as good.
            assertThat(service.workers("READY")).hasSize(2).containsAll(replacements);
            assertThat(service.workers("DRAINING")).contains(drained);
            assertThat(slow.receive()).isEqualTo("slept");
        }
        service.awaitServing(2);
        service.stop();
    }

    @Test
    @Tag("long")
    void a_worker_that_boots_when_the_supervisor_dies_finds_the_next_one() throws Exception {
        Path step = Files.writeString(directory.resolve("step"), FaultWorker.SERVE);
        service.command(JavaProgram.of(FaultWorker.class, step.toString(), ANY_PORT)
                        .command())
                .workers(1);
        service.start();
        Files.writeString(step, FaultWorker.BOOT);
        service.command("scale", "2");
        long booting = awaitArrival(step);
        Files.writeString(step, FaultWorker.SERVE);

        service.kill();
        service.workers(2).begin();
        service.awaitLog("waiting for 2 workers");
        Files.createFile(step.resolveSibling("go"));

        service.supervisor().awaitReady();
        assertThat(service.awaitServing(2)).contains(booting);
        if (OS.LINUX.isCurrentOs()) { // elsewhere nobody else can read the pipe
            service.awaitLog("booted");
        }
        service.stop();
    }

    /** The workers stand still, so that the supervisor dies while it waits for them to empty the queue. */
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = SIGNALS)
    void a_stop_that_a_supervisor_had_begun_when_it_died_is_undone() throws Exception {
        SupervisorProcess first = service.start();
        int port = first.port();
        Set<Long> pids = service.workers();
        for (long pid : pids) {
            PosixSignals.stop(pid);
        }
        try (Client queued = new Client(port)) {
            queued.send("hello");
            Thread operator = operator("stop", "");
            await().atMost(LIMIT).until(() -> isClosedToNewClients(port));

            service.kill();
            operator.join();
            for (long pid : pids) {
                PosixSignals.send("CONT", pid);
            }
            service.start();

            assertThat(queued.receive()).isEqualTo("echo hello");
            assertThat(Client.who(port).pid()).isIn(service.awaitServing(2));
            assertThat(service.workers()).isEqualTo(pids);
        }
        service.stop();
    }

    private static boolean isClosedToNewClients(int port) throws IOException {
        try {
            new Client(new InetSocketAddress("127.0.0.1", port), 500).close();
            return false;
        } catch (ConnectException | SocketTimeoutException e) {
            return true;
        }
    }

    /** Whether the shell goes on, as the parent of the JVM, or becomes it. */
    @ParameterizedTest
    @Tag("long")
    @ValueSource(strings = {"\"$@\"; exit $?", "exec \"$@\""})
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = SHELL)
    void workers_behind_a_script_are_adopted(String script) throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        command.addAll(SERVE);
        int port = service.command(command).start().port();
        Set<Long> pids = service.workers();
        Set<Long> serving = SupervisedTest.awaitPids(port, 2);
        service.kill();
        service.start();
        assertThat(service.awaitServing(2)).isEqualTo(pids);

        long victim = Client.who(port).pid();
        SupervisedTest.killHard(victim);
        await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(service.awaitServing(2)).hasSize(2).isNotEqualTo(pids));
        assertThat(SupervisedTest.awaitPids(port, 2)).doesNotContain(victim).containsAnyElementsOf(serving);
        service.stop();
    }

    @Test
    @Tag("long")
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = SHELL)
    void a_jvm_whose_script_has_died_with_the_supervisor_is_adopted() throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "\"$@\"; exit $?", "sh"));
        command.addAll(SERVE);
        int port = service.workers(1).command(command).start().port();
        long shell = service.workers().iterator().next();
        long serving = Client.who(port).pid();
        assertThat(shell).isNotEqualTo(serving);

        service.kill();
        SupervisedTest.killHard(shell);
        service.start();

        assertThat(service.awaitServing(1)).containsExactly(serving);
        assertThat(Client.who(port).pid()).isEqualTo(serving);
        service.stop();
        SupervisedTest.awaitGone(serving);
    }

    @Test
    void listeners_that_workers_have_asked_for_are_kept() throws Exception {
        int port = FreePort.any();
        service.withoutListeners()
                .command(JavaProgram.of(TestWorker.class, TestWorker.SERVE, "127.0.0.1:" + port)
                        .command())
                .start();
        Set<Long> pids = service.workers();
        service.kill();
        service.workers(3).start();

        assertThat(service.awaitServing(3)).containsAll(pids);
        assertThat(SupervisedTest.awaitPids(port, 3)).isEqualTo(service.workers()); // so the third has it too
        service.kill();
        service.workers(1).start();
        assertThat(service.awaitServing(1)).isSubsetOf(SupervisedTest.awaitPids(port, 1));
        service.stop();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there workers get TCP listeners alone")
    void every_listener_is_kept_also_one_with_a_path() throws Exception {
        int port = FreePort.any();
        Path path = directory.resolve("web.sock");
        service.set(TestSupervisor.LISTEN, "127.0.0.1:" + port + " unix:" + path)
                .command(JavaProgram.of(TestWorker.class, TestWorker.SERVE, "127.0.0.1:" + port, "unix:" + path)
                        .command())
                .start();
        Set<Long> pids = service.workers();
        service.kill();
        SocketAddress unix = UnixDomainSocketAddress.of(path);
        try (Client client = new Client(unix);
                ServerSocket taken = new ServerSocket(0)) {
            assertThat(client.ask("hello")).isEqualTo("echo hello");
            String listen = "127.0.0.1:" + port + " unix:" + path;
            service.set(TestSupervisor.LISTEN, listen + " 0.0.0.0:" + taken.getLocalPort());
            SupervisorProcess failing = service.begin();
            assertThat(failing.process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(failing.log()).containsPattern(SupervisedTest.IN_USE);
            assertThat(path).exists(); // one that fails takes nothing away
            service.set(TestSupervisor.LISTEN, listen);
            service.workers(3).start();
            assertThat(client.ask("again")).isEqualTo("echo again");
        }
        assertThat(service.awaitServing(3)).containsAll(pids);
        assertThat(SupervisedTest.awaitPids(port, 3)).isEqualTo(service.workers());
        try (Client client = new Client(unix)) {
            assertThat(client.ask("hello")).isEqualTo("echo hello");
        }
        service.stop();
        assertThat(path).doesNotExist();
    }

    @Test
    void workers_that_were_started_with_another_command_are_adopted_and_then_replaced() throws Exception {
        int port = service.start().port();
        Set<Long> pids = service.workers();
        FaultLoad load = new FaultLoad(port);
        try (load) {
            load.awaitServed(5);
            service.kill();
            service.command(JavaProgram.of(TestWorker.class, TestWorker.SERVE, ANY_PORT)
                            .options("-Dchanged=yes")
                            .command())
                    .begin()
                    .awaitReady();
            assertThat(service.supervisor().port()).isEqualTo(port);
            service.awaitLog("it was started with other options");
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(service.awaitServing(2)).doesNotContainAnyElementsOf(pids));
        }
        assertThat(load.refused() + load.lost()).as("%s", load.failures()).isZero();
        service.stop();
    }

    @Test
    @Tag("long")
    void a_drain_timeout_that_was_changed_is_that_of_all_workers_in_the_end() throws Exception {
        service.start();
        Set<Long> pids = service.workers();
        service.kill();
        service.set(TestSupervisor.DRAIN_TIMEOUT, "PT12S").begin().awaitReady();
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(service.awaitServing(2)).doesNotContainAnyElementsOf(pids));
        service.stop();
    }

    @Test
    void there_are_as_many_workers_as_the_operator_has_said_last() throws Exception {
        service.start();
        service.command("scale", "3");
        Set<Long> pids = service.awaitServing(3);
        service.kill();
        service.start();
        assertThat(service.awaitServing(3)).isEqualTo(pids);
        service.kill();

        service.workers(1).start(); // with other options
        assertThat(pids).containsAll(service.awaitServing(1));
        service.command("scale", "2");
        service.awaitServing(2);
        service.command("scale", "1");
        service.awaitServing(1);
        service.kill();
        service.start();
        service.awaitServing(1);
        service.stop();
    }

    @Test
    void an_address_that_was_changed_is_served_and_the_former_one_is_given_up() throws Exception {
        int before = FreePort.any();
        serve(before).start();
        Set<Long> pids = service.workers();
        service.kill();
        int after = FreePort.any();
        serve(after).begin().awaitReady();

        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(service.awaitServing(2)).doesNotContainAnyElementsOf(pids));
        assertThat(Client.who(after).pid()).isIn(service.workers());
        await().atMost(LIMIT).until(() -> isClosedToNewClients(before));
        service.stop();
    }

    private NamedService serve(int port) {
        String address = "127.0.0.1:" + port;
        return service.set(TestSupervisor.LISTEN, address)
                .command(JavaProgram.of(TestWorker.class, TestWorker.SERVE, address)
                        .command());
    }

    @Test
    void orphans_drain_at_their_timeout_and_nothing_is_left() throws Exception {
        SupervisorProcess first =
                service.set(TestSupervisor.ORPHAN_TIMEOUT, "PT2S").start();
        int port = first.port();
        Set<Long> pids = service.workers();
        try (Client slow = new Client(port)) {
            slow.ask("hello");
            service.kill();
            slow.send("sleep 3000");
            assertThat(Client.who(port).pid()).isIn(pids); // it is not over yet
            assertThat(slow.receive()).isEqualTo("slept");
        }
        pids.forEach(SupervisedTest::awaitGone);
        assertThat(isClosedToNewClients(port)).isTrue();
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(first.filesAfterDeath()).isEmpty());
    }

    @Test
    @Tag("long")
    void with_an_orphan_timeout_of_zero_workers_drain_at_once() throws Exception {
        SupervisorProcess first =
                service.set(TestSupervisor.ORPHAN_TIMEOUT, "PT0S").start();
        Set<Long> pids = service.workers();
        service.kill();
        pids.forEach(SupervisedTest::awaitGone);
        assertThat(isClosedToNewClients(first.port())).isTrue();
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(first.filesAfterDeath()).isEmpty());
    }

    /** Gives a command that its supervisor does not survive. */
    private Thread operator(String verb, String argument) {
        Thread operator = new Thread(() -> {
            try {
                service.command(verb, argument);
            } catch (Exception e) {
                // as is to be expected
            }
        });
        operator.start();
        return operator;
    }

    /** @return the pid of the worker that has arrived at the step */
    private long awaitArrival(Path step) throws Exception {
        List<Long> arrived = new ArrayList<>();
        await().atMost(LIMIT).until(() -> {
            service.supervisor().process.children().map(ProcessHandle::pid).forEach(pid -> {
                if (Files.exists(FaultWorker.arrival(step, pid))) {
                    arrived.add(pid);
                }
            });
            return !arrived.isEmpty();
        });
        return arrived.get(0);
    }

    private long accepted() throws Exception {
        long sum = 0;
        for (String line : service.status()) {
            Matcher matcher = ACCEPTED.matcher(line);
            if (matcher.find()) {
                sum += Long.parseLong(matcher.group(1));
            }
        }
        return sum;
    }
}
