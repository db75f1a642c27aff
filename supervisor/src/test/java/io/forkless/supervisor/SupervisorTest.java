package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.forkless.supervisor.status.LaunchException;
import io.forkless.supervisor.status.Outcome;
import io.forkless.supervisor.status.WorkerState;
import io.forkless.supervisor.status.WorkerStatus;
import io.forkless.testing.Client;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.Sleeper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** With real worker JVMs, real kills and real sockets. */
class SupervisorTest extends SupervisedTest {
    private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

    @Test
    void several_workers_serve_from_one_port() throws Exception {
        Supervisor supervisor =
                startAndAwaitReady(supervisor(TestWorker.SERVE).workers(3).listen(ANY_PORT));
        Set<Long> pids = awaitPids(port(supervisor), 3);
        assertThat(supervisor.workers()).extracting(WorkerStatus::pid).containsExactlyInAnyOrderElementsOf(pids);
        assertThat(supervisor.workers()).extracting(WorkerStatus::state).containsOnly(WorkerState.READY);
        assertThat(supervisor.workers()).extracting(WorkerStatus::index).containsExactly(0, 1, 2);

        supervisor.stop();
        assertThat(supervisor.awaitTermination()).isEqualTo(Outcome.DRAINED);
        assertThat(supervisor.workers()).isEmpty();
        assertThat(supervisor.addresses()).isEmpty();
        assertThat(log.lines())
                .contains("INFO stopping: draining 3 workers", "INFO stopped: DRAINED")
                .noneMatch(line -> line.startsWith("WARNING") || line.startsWith("SEVERE"));
    }

    @Test
    void clients_that_come_while_workers_boot_wait_and_are_served() throws Exception {
        Supervisor supervisor = start(supervisor(TestWorker.SERVE).listen(ANY_PORT));
        assertThat(Client.who(port(supervisor)).pid())
                .isEqualTo(supervisor.workers().get(0).pid());
    }

    @Test
    void a_killed_worker_is_replaced_and_nobody_is_refused_meanwhile() throws Exception {
        Supervisor supervisor =
                startAndAwaitReady(supervisor(TestWorker.SERVE).workers(2).listen(ANY_PORT));
        int port = port(supervisor);
        Set<Long> before = awaitPids(port, 2);
        long victim = before.iterator().next();
        AtomicInteger served = new AtomicInteger();
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger lost = new AtomicInteger();
        Thread clients = new Thread(() -> {
            while (!over.get()) {
                try {
                    Client.who(port);
                    served.incrementAndGet();
                } catch (IOException e) {
                    lost.incrementAndGet();
                }
            }
        });
        clients.start();
        try {
            await().atMost(LIMIT).until(() -> served.get() > 20);
            killHard(victim);
            await().atMost(LIMIT)
                    .until(() -> supervisor.workers().stream()
                            .allMatch(worker -> worker.state() == WorkerState.READY && worker.pid() != victim));
        } finally {
            over.set(true);
            clients.join();
        }
        // One request was perhaps on its way at the worker that died; no other one may suffer.
        assertThat(lost.get()).isLessThanOrEqualTo(1);
        assertThat(awaitPids(port, 2)).doesNotContain(victim);
        assertThat(supervisor.workers())
                .filteredOn(worker -> worker.restarts() == 1)
                .singleElement()
                .extracting(WorkerStatus::lastExit)
                .isEqualTo(WINDOWS ? "exited with status 1" : "killed by SIGKILL (status 137)");
    }

    @Test
    void a_worker_that_halts_is_replaced() throws Exception {
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE).listen(ANY_PORT));
        assertThatThrownBy(() -> Client.ask(port(supervisor), "halt 7")).isInstanceOf(IOException.class);
        await().atMost(LIMIT).until(() -> supervisor.workers().get(0).lastExit().equals("exited with status 7"));
        assertThat(Client.who(port(supervisor)).index()).isZero();
    }

    @Test
    void workers_that_are_never_ready_are_killed_and_given_up() throws Exception {
        Supervisor supervisor = start(supervisor(TestWorker.UNREADY)
                .workers(2)
                .bootTimeout(Duration.ofSeconds(2))
                .maxFailedStarts(1)
                .listen(ANY_PORT));
        assertThat(supervisor.awaitTermination()).isEqualTo(Outcome.GAVE_UP);
        assertThat(supervisor.awaitReady(LIMIT)).isFalse();
        assertThat(log.lines())
                .filteredOn(line -> line.contains("not ready within 2000 ms; 1 failed starts"))
                .hasSize(2);
    }

    @Test
    void workers_that_exit_at_once_are_given_up_after_some_starts() throws Exception {
        Supervisor supervisor =
                start(supervisor(TestWorker.EXIT).maxFailedStarts(2).listen(ANY_PORT));
        assertThat(supervisor.awaitTermination()).isEqualTo(Outcome.GAVE_UP);
        assertThat(log.lines())
                .anyMatch(line ->
                        line.endsWith("FAILED (exited with status 3 before it was ready; 2 failed starts in a row)"));
    }

    @Test
    void workers_that_end_as_soon_as_they_are_ready_are_given_up_after_some_starts() throws Exception {
        Supervisor supervisor =
                start(supervisor(TestWorker.FLEETING).maxFailedStarts(3).listen(ANY_PORT));
        assertThat(supervisor.awaitTermination()).isEqualTo(Outcome.GAVE_UP);
        assertThat(supervisor.failure()).isEqualTo("gave up: worker 0: exited with status 4; 3 failed starts in a row");
    }

    @Test
    void what_is_in_flight_is_answered_before_a_worker_ends() throws Exception {
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE).listen(ANY_PORT));
        try (Client client = new Client(port(supervisor))) {
            client.ask("hello"); // it is accepted
            client.send("sleep 1000");
            supervisor.stop();
            supervisor.stop();
            assertThat(client.receive()).isEqualTo("slept");
        }
        assertThat(supervisor.awaitTermination()).isEqualTo(Outcome.DRAINED);
    }

    @Test
    void whoever_comes_during_the_drain_is_refused_and_does_not_wait_in_vain() throws Exception {
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE).listen(ANY_PORT));
        InetSocketAddress address = (InetSocketAddress) supervisor.addresses().get(0);
        try (Client client = new Client(address.getPort())) {
            client.ask("hello");
            client.send("sleep 8000");
            supervisor.stop();
            await().atMost(LIMIT).until(() -> {
                try (Socket late = new Socket()) {
                    late.connect(address, 4000); // Windows tries again for two seconds before it says so
                    return false;
                } catch (ConnectException refused) {
                    return true;
                } catch (SocketTimeoutException waiting) {
                    return false;
                }
            });
            assertThat(supervisor.workers()).extracting(WorkerStatus::state).containsExactly(WorkerState.DRAINING);
            assertThat(client.receive()).isEqualTo("slept");
        }
    }

    @Test
    void a_worker_that_does_not_hear_the_order_to_drain_is_killed_at_the_deadline() throws Exception {
        Supervisor supervisor = startAndAwaitReady(
                supervisor(TestWorker.DEAF).drainTimeout(Duration.ofSeconds(1)).listen(ANY_PORT));
        supervisor.stop();
        assertThat(supervisor.awaitTermination()).isEqualTo(Outcome.KILLED);
        assertThat(log.lines()).anyMatch(line -> line.contains("killing it: not drained within 1 s"));
    }

    @Test
    void a_worker_whose_drain_does_not_end_has_not_drained() throws Exception {
        Supervisor supervisor = startAndAwaitReady(
                supervisor(TestWorker.STUCK).drainTimeout(Duration.ofSeconds(2)).listen(ANY_PORT));
        supervisor.stop();
        assertThat(supervisor.awaitTermination()).isEqualTo(Outcome.KILLED);
    }

    @Test
    void a_kill_during_the_drain_ends_it_at_once() throws Exception {
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.DEAF).listen(ANY_PORT));
        supervisor.stop();
        supervisor.kill();
        long begun = System.nanoTime();
        assertThat(supervisor.awaitTermination()).isEqualTo(Outcome.KILLED);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20)); // of 30
    }

    @Test
    void close_drains_and_an_interrupt_makes_it_kill() throws Exception {
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.DEAF).listen(ANY_PORT));
        Thread.currentThread().interrupt();
        supervisor.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(supervisor.awaitTermination()).isEqualTo(Outcome.KILLED);
    }

    @Test
    void stop_before_anything_is_ready_ends_it_without_a_complaint() throws Exception {
        Supervisor supervisor = start(supervisor(TestWorker.SILENT).workers(2).listen(ANY_PORT));
        supervisor.stop();
        assertThat(supervisor.awaitTermination()).isEqualTo(Outcome.DRAINED);
        assertThat(log.lines()).noneMatch(line -> line.contains("queued"));
    }

    @Test
    void a_stop_that_comes_during_the_start_is_heeded() throws Exception {
        Supervisor supervisor =
                supervisor(TestWorker.SERVE).workers(2).listen(ANY_PORT).build();
        Thread stopper = new Thread(() -> {
            await().pollInterval(Duration.ofMillis(1))
                    .until(() -> log.lines().stream().anyMatch(line -> line.contains("listening on")));
            supervisor.stop();
        });
        stopper.start();
        supervisor.start();
        assertThat(supervisor.awaitTermination()).isEqualTo(Outcome.DRAINED);
        stopper.join();
    }

    @Test
    void a_supervisor_cannot_be_started_twice() throws Exception {
        Supervisor supervisor = start(supervisor(TestWorker.SILENT).listen(ANY_PORT));
        assertThatThrownBy(supervisor::start).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_failed_start_leaves_nothing_behind() throws Exception {
        Supervisor supervisor = supervisor(TestWorker.SERVE)
                .command(List.of("/nosuch/program"))
                .name("test-" + ProcessHandle.current().pid())
                .listen(ANY_PORT)
                .build();
        assertThatThrownBy(supervisor::start)
                .isInstanceOf(LaunchException.class)
                .hasMessage("cannot start '/nosuch/program': command not found");
        assertThat(supervisor.awaitTermination()).isEqualTo(Outcome.GAVE_UP);
        supervisor.close();
    }

    @Test
    void a_jar_that_is_not_there_is_told_as_a_command_that_is_not() {
        assertThatThrownBy(() -> start(supervisor(TestWorker.SERVE)
                        .command(List.of(JavaProgram.JAVA_WITHOUT_CONSOLE, "-Xmx9m", "-jar", "nosuch.jar"))))
                .isInstanceOfSatisfying(
                        LaunchException.class, e -> assertThat(e.exitStatus()).isEqualTo(LaunchException.NOT_FOUND))
                .hasMessage("cannot start '" + JavaProgram.JAVA_WITHOUT_CONSOLE
                        + " -jar nosuch.jar': there is no such file in "
                        + Path.of("").toAbsolutePath());
    }

    @Test
    void a_command_that_is_a_directory_cannot_be_executed() {
        assertThatThrownBy(() -> start(supervisor(TestWorker.SERVE).command(List.of("/"))))
                .isInstanceOfSatisfying(
                        LaunchException.class,
                        e -> assertThat(e.exitStatus()).isEqualTo(LaunchException.NOT_EXECUTABLE))
                .hasMessage("cannot start '/': not executable");
    }

    @Test
    void the_output_of_workers_has_their_index_in_front() throws Exception {
        Supervisor supervisor =
                startAndAwaitReady(supervisor(TestWorker.SERVE).workers(2).listen(ANY_PORT));
        awaitPids(port(supervisor), 2);
        assertThat(Client.ask(port(supervisor), "print 1000")).isEqualTo("printed");
        await().atMost(LIMIT).until(() -> output().contains("line 999 "));
        assertThat(output().lines())
                .allMatch(line -> line.matches("\\[0] line \\d+ of worker 0|\\[1] line \\d+ of worker 1"));
    }

    @Test
    void a_worker_has_an_empty_standard_input() throws Exception {
        startAndAwaitReady(supervisor(TestWorker.SAY_STDIN).listen(ANY_PORT));
        await().atMost(LIMIT).until(() -> output().equals("[0] stdin has 0 bytes" + System.lineSeparator()));
    }

    @Test
    void the_token_is_gone_once_the_worker_has_read_it() throws Exception {
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE).listen(ANY_PORT));
        String seen = Client.ask(port(supervisor), "child-environment");
        assertThat(seen).endsWith(".bootstrap exists: false").doesNotContainPattern("[0-9a-f]{64}");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has access lists in place of modes")
    void a_bootstrap_file_is_for_the_owner_alone() throws Exception {
        start(supervisor(TestWorker.SILENT).command(List.of("sh", "-c", "echo $FORKLESS_CONTROL; exec sleep 600")));
        await().atMost(LIMIT).until(() -> output().contains(".bootstrap\n"));
        Path bootstrap = Path.of(output().trim().substring("[0] ".length()));
        assertThat(Files.getPosixFilePermissions(bootstrap)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(Files.getPosixFilePermissions(bootstrap.getParent()))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void a_worker_below_a_script_is_a_worker_too_and_is_killed_with_it() throws Exception {
        List<String> script =
                Wrapper.around(JavaProgram.of(TestWorker.class, TestWorker.DEAF).command());
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE).command(script));
        ProcessHandle wrapper =
                ProcessHandle.of(supervisor.workers().get(0).pid()).orElseThrow();
        ProcessHandle jvm = wrapper.children().findAny().orElseThrow();
        supervisor.kill();
        assertThat(supervisor.awaitTermination()).isEqualTo(Outcome.KILLED);
        awaitGone(jvm.pid());
    }

    @Test
    void a_worker_below_a_script_that_has_not_connected_is_killed_with_it() throws Exception {
        List<String> script =
                Wrapper.around(JavaProgram.of(Sleeper.class, Sleeper.RUNS).command());
        Supervisor supervisor = start(supervisor(TestWorker.SERVE).command(script));
        ProcessHandle wrapper =
                ProcessHandle.of(supervisor.workers().get(0).pid()).orElseThrow();
        await().atMost(LIMIT).until(() -> output().contains(Sleeper.RUNS));
        ProcessHandle jvm = wrapper.children().findAny().orElseThrow();
        supervisor.stop();
        supervisor.awaitTermination();
        awaitGone(jvm.pid());
    }

    @Test
    void a_worker_whose_script_was_killed_drains_and_is_replaced() throws Exception {
        List<String> script = Wrapper.around(JavaProgram.of(TestWorker.class, TestWorker.SERVE, "127.0.0.1:0")
                .command());
        Supervisor supervisor =
                startAndAwaitReady(supervisor(TestWorker.SERVE).command(script).listen(ANY_PORT));
        long orphan = Client.who(port(supervisor)).pid();
        try (Client client = new Client(port(supervisor))) {
            client.ask("hello");
            client.send("sleep 500");
            killHard(supervisor.workers().get(0).pid());
            assertThat(client.receive()).isEqualTo("slept");
        }
        awaitGone(orphan);
        assertThat(Client.who(port(supervisor)).pid()).isNotEqualTo(orphan);
    }

    @Test
    void the_port_is_free_after_the_end_even_if_a_grandchild_lives_on() throws Exception {
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE).listen(ANY_PORT));
        int port = port(supervisor);
        ProcessHandle grandchild =
                ProcessHandle.of(Long.parseLong(Client.ask(port, "spawn"))).orElseThrow();
        try {
            killHard(supervisor.workers().get(0).pid());
            assertThat(Client.who(port).index()).isZero(); // the next one serves
            supervisor.close();
            assertThat(grandchild.isAlive()).isTrue(); // and with it, the other end of the first worker's output
            try (ServerSocket again = new ServerSocket()) {
                again.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            }
        } finally {
            grandchild.destroyForcibly();
        }
    }

    @Test
    void two_supervisors_of_one_process_do_not_disturb_each_other() throws Exception {
        Supervisor first = startAndAwaitReady(supervisor(TestWorker.SERVE).listen(ANY_PORT));
        Supervisor second = startAndAwaitReady(supervisor(TestWorker.SERVE).listen(ANY_PORT));
        first.close();
        assertThat(Client.who(port(second)).index()).isZero();
    }

    @Test
    void a_name_is_free_again_after_the_end() throws Exception {
        String name = "test-" + ProcessHandle.current().pid();
        Supervisor first = start(supervisor(TestWorker.SILENT).name(name));
        assertThatThrownBy(() -> start(supervisor(TestWorker.SILENT).name(name)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is running already");
        first.close();
        start(supervisor(TestWorker.SILENT).name(name));
    }

    @Test
    void an_option_for_native_access_is_added_to_java() throws Exception {
        List<String> command = List.of(
                JavaProgram.JAVA_WITHOUT_CONSOLE,
                "-cp",
                System.getProperty("java.class.path"),
                OptionsPrinter.class.getName());
        start(supervisor(TestWorker.SILENT).command(command));
        await().atMost(LIMIT).until(() -> output().equals("[0] " + NATIVE_ACCESS + System.lineSeparator()));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the programs are shell scripts")
    void an_option_for_native_access_is_added_once_and_to_java_alone() throws Exception {
        Path fake = Files.createTempDirectory("bin").resolve("java");
        String jar = Files.createFile(fake.resolveSibling("app.jar")).toString();
        try {
            Files.writeString(fake, "#!/bin/sh\necho \"$@\"; exec sleep 600\n");
            Files.setPosixFilePermissions(fake, PosixFilePermissions.fromString("rwx------"));
            for (List<String> command : List.of(
                    List.of(fake.toString(), "-jar", jar),
                    List.of(fake.toString(), NATIVE_ACCESS, "-jar", jar),
                    List.of("sh", "-c", "echo $0 $1; exec sleep 600", "-jar", jar))) {
                start(supervisor(TestWorker.SILENT).command(command));
            }
            await().atMost(LIMIT).until(() -> output().lines().count() == 3);
            assertThat(output().lines())
                    .containsExactlyInAnyOrder(
                            "[0] " + NATIVE_ACCESS + " -jar " + jar,
                            "[0] " + NATIVE_ACCESS + " -jar " + jar,
                            "[0] -jar " + jar);
        } finally {
            Files.delete(fake);
            Files.delete(Path.of(jar));
            Files.delete(fake.getParent());
        }
    }
}
