package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.ListenerProviders;
import io.forkless.supervisor.status.Outcome;
import io.forkless.testing.Client;
import io.forkless.testing.FreePort;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.PosixSignals;
import io.forkless.testing.Privileges;
import io.forkless.testing.ShortTempDir;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kills, freezes and starves the next supervisor and the workers that it adopts, at each step of the adoption and under load. */
@Tag("long")
class AdoptionFaultTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String SIGNALS = "to suspend a process takes a native call";
    private static final FaultTable TABLE = new FaultTable();

    @TempDir(factory = ShortTempDir.class)
    private Path directory;

    private NamedService service;
    private String address;
    private Set<Long> pids;
    private FaultLoad load;

    @BeforeEach
    void start() throws Exception {
        int port = FreePort.any();
        address = "127.0.0.1:" + port;
        service = new NamedService(directory, serve(address)).set(TestSupervisor.LISTEN, address);
    }

    private static List<String> serve(String address) {
        return JavaProgram.of(TestWorker.class, TestWorker.SERVE, address).command();
    }

    private void startUnderLoad() throws Exception {
        int port = service.start().port();
        pids = service.workers();
        load = new FaultLoad(port);
        load.awaitServed(5);
    }

    @AfterEach
    void end() throws IOException {
        if (load != null) {
            load.close();
        }
        service.close();
    }

    /** Where this JVM unpacks it, Windows removes it only with the JVM: not in the directory of a test. */
    @BeforeAll
    static void unpack_the_native_library() throws IOException {
        ListenerProviders.select().listen(ListenSpec.parse("127.0.0.1:0")).close();
    }

    @AfterAll
    static void print() {
        TABLE.print();
    }

    private void assertNothingLost(String fault) {
        load.awaitServed(20);
        TABLE.add(fault, load.served(), load.refused(), load.lost(), 0);
        assertThat(load.refused() + load.lost()).as("%s", load.failures()).isZero();
    }

    /** One after the other dies, and no worker knows of more than one of them at a time. */
    @Test
    void supervisors_that_die_at_a_step_of_the_adoption_cost_nothing() throws Exception {
        startUnderLoad();
        service.kill();

        SupervisorProcess atStart = service.begin();
        await().atMost(LIMIT).until(() -> claims(atStart));
        atStart.killHard();
        load.awaitServed(5);

        SupervisorProcess listening = service.begin();
        await().atMost(LIMIT)
                .until(() -> claims(listening)
                        && Files.readString(service.endpoint()).endsWith("\n"));
        listening.killHard();
        load.awaitServed(5);

        for (String said : List.of(
                "waiting for 2 workers",
                "which an earlier supervisor has opened",
                "adopting 2 workers",
                "READY (adopted",
                "all 2 workers are READY")) {
            service.begin();
            service.awaitLog(said);
            service.supervisor().killHard();
            load.awaitServed(5);
        }

        service.start();
        assertThat(service.awaitServing(2)).isEqualTo(pids);
        assertNothingLost("supervisor KILL at seven steps of adoptions in a row");
        load.close();
        service.stop();
    }

    private boolean claims(SupervisorProcess supervisor) throws IOException {
        return Files.exists(service.endpoint())
                && Files.readString(service.endpoint()).startsWith(supervisor.process.pid() + " ");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = SIGNALS)
    void a_worker_that_is_frozen_before_during_or_after_the_adoption_stays() throws Exception {
        startUnderLoad();
        long frozen = pids.iterator().next();

        service.kill();
        PosixSignals.stop(frozen);
        service.begin();
        service.awaitLog("worker 0 (pid " + frozen + "): no answer from these workers");
        assertServedByAnother(frozen);
        PosixSignals.send("CONT", frozen);
        assertThat(service.awaitServing(2)).isEqualTo(pids);
        service.awaitLog("all 2 workers are READY");
        awaitBoth();

        service.kill();
        service.begin();
        service.awaitLog("waiting for 2 workers");
        PosixSignals.stop(frozen);
        service.awaitLog("all 2 workers are READY");
        PosixSignals.send("CONT", frozen);
        assertThat(service.awaitServing(2)).isEqualTo(pids);

        PosixSignals.stop(frozen);
        assertServedByAnother(frozen);
        PosixSignals.send("CONT", frozen);
        awaitBoth();
        assertThat(service.awaitServing(2)).isEqualTo(pids);
        load.awaitServed(20);
        TABLE.add("worker STOP before, during, after an adoption, CONT", load.served(), load.refused(), load.lost(), 0);
        assertThat(load.refused() + load.lost()).as("%s", load.failures()).isZero();
        load.close();
        service.stop();
    }

    /** Those clients whose connections it has accepted have to wait. */
    private void assertServedByAnother(long frozen) throws Exception {
        for (int i = 0; i < 5; i++) {
            assertThat(Client.who(port()).pid()).isNotEqualTo(frozen);
        }
    }

    private int port() {
        return Integer.parseInt(address.split(":")[1]);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = SIGNALS)
    void while_all_are_frozen_no_other_port_is_served_in_the_place_of_theirs() throws Exception {
        String anyPort = "127.0.0.1:0";
        int port = service.set(TestSupervisor.LISTEN, anyPort)
                .command(serve(anyPort))
                .start()
                .port();
        pids = service.workers();
        service.kill();
        for (long pid : pids) {
            PosixSignals.stop(pid);
        }
        SupervisorProcess next = service.begin();
        assertThat(next.process.waitFor()).isNotZero();
        assertThat(next.log())
                .contains("EADDRINUSE")
                .contains("have not answered: worker ")
                .contains(pids.stream().map(pid -> "(pid " + pid + ")").toArray(String[]::new));
        for (long pid : pids) {
            PosixSignals.send("CONT", pid);
        }
        service.start();
        assertThat(service.awaitServing(2)).isEqualTo(pids);
        assertThat(SupervisedTest.awaitPids(port, 2)).isEqualTo(pids);
        service.stop();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = SIGNALS)
    void a_stop_during_an_adoption_is_for_the_workers_that_are_adopted(boolean hard) throws Exception {
        service.set(TestSupervisor.ORPHAN_TIMEOUT, "PT5M").start();
        pids = service.workers();
        service.kill();
        for (long pid : pids) {
            PosixSignals.stop(pid);
        }
        try (CapturedLog log = new CapturedLog();
                Supervisor next = next()) {
            CompletableFuture<Void> start = begin(next);
            await().atMost(LIMIT)
                    .until(() ->
                            log.lines().contains("INFO waiting for 2 workers that an earlier supervisor has left"));
            next.stop();
            if (hard) {
                next.kill();
            } else {
                TimeUnit.SECONDS.sleep(1);
                for (long pid : pids) {
                    PosixSignals.send("CONT", pid);
                }
            }
            start.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            next.awaitTermination();
            assertThat(log.lines()).noneMatch(line -> line.contains("starting worker"));
            assertThat(log.lines()).anyMatch(line -> line.contains(hard ? "killed" : "INFO stopped: DRAINED"));
        }
        pids.forEach(SupervisedTest::awaitGone);
        assertThat(service.files()).isEmpty();
    }

    /** When it has its name, and often before it has looked for them. */
    @RepeatedTest(3)
    void so_is_one_that_comes_a_moment_earlier() throws Exception {
        service.set(TestSupervisor.ORPHAN_TIMEOUT, "PT5M").start();
        pids = service.workers();
        service.kill();
        try (Supervisor next = next()) {
            CompletableFuture<Void> start = begin(next);
            String own = ProcessHandle.current().pid() + " ";
            while (!Files.readString(service.endpoint()).startsWith(own)) {
                TimeUnit.MICROSECONDS.sleep(100);
            }
            next.stop();
            start.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertThat(next.awaitTermination()).isEqualTo(Outcome.DRAINED);
        }
        pids.forEach(SupervisedTest::awaitGone);
        assertThat(service.files()).isEmpty();
    }

    /** In this JVM. */
    private Supervisor next() {
        return Supervisor.builder()
                .name(NamedService.NAME)
                .workers(3)
                .listen(ListenSpec.parse(address))
                .command(serve(address))
                .build();
    }

    private static CompletableFuture<Void> begin(Supervisor supervisor) {
        return CompletableFuture.runAsync(() -> {
            try {
                supervisor.start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private void awaitBoth() throws Exception {
        assertThat(SupervisedTest.awaitPids(port(), 2)).isEqualTo(pids);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = SIGNALS)
    void a_worker_that_dies_while_it_is_adopted_is_replaced() throws Exception {
        service.start();
        pids = service.workers();
        for (long pid : pids) {
            PosixSignals.stop(pid);
        }
        service.kill();
        service.begin();
        service.awaitLog("waiting for 2 workers");
        Set<Long> others = new TreeSet<>(pids);
        long victim = others.iterator().next();
        others.remove(victim);
        SupervisedTest.killHard(victim);
        for (long pid : others) {
            PosixSignals.send("CONT", pid);
        }
        service.supervisor().awaitReady();
        assertThat(service.awaitServing(2)).containsAll(others).doesNotContain(victim);
        service.stop();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = SIGNALS)
    void when_all_that_are_left_die_during_the_adoption_the_service_begins_anew() throws Exception {
        service.start();
        pids = service.workers();
        for (long pid : pids) {
            PosixSignals.stop(pid);
        }
        service.kill();
        service.begin();
        service.awaitLog("waiting for 2 workers");
        pids.forEach(SupervisedTest::killHard);
        service.supervisor().awaitReady();
        assertThat(service.awaitServing(2)).doesNotContainAnyElementsOf(pids);
        service.stop();
    }

    /** Each worker asks for a port of its own. */
    @Test
    void listeners_that_differ_between_workers_are_all_taken_over() throws Exception {
        int first = FreePort.any() / 10;
        service.withoutListeners().command(serve("127.0.0.1:" + first + "{index}"));
        service.start();
        pids = service.workers();
        service.kill();
        service.workers(3).start();
        assertThat(service.awaitServing(3)).containsAll(pids);
        for (int index = 0; index < 3; index++) {
            assertThat(Client.who(first * 10 + index).index()).isEqualTo(index);
        }
        assertThat(service.supervisor().log())
                .contains("listening on 127.0.0.1:" + first + "0, which an earlier")
                .contains("listening on 127.0.0.1:" + first + "1, which an earlier");
        service.stop();
    }

    @Test
    @Tag("root")
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "it mounts a small file system")
    void without_room_on_the_disk_workers_serve_on_until_a_supervisor_has_some() throws Exception {
        assumeTrue(Privileges.isRoot(), "only root can mount");
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", service.temporary.toString()),
                "no mount permitted");
        try {
            startUnderLoad();
            Path filler = service.temporary.resolve("filler");
            fill(filler);
            service.kill();
            SupervisorProcess full = service.begin();
            await().atMost(LIMIT)
                    .until(() -> full.log().contains("No space left on device")
                            || full.log().contains("all 2 workers are READY"));
            assertThat(full.log()).contains("No space left on device");
            full.killHard();
            load.awaitServed(10);
            Files.delete(filler);
            service.start();
            assertThat(service.awaitServing(2)).isEqualTo(pids);
            assertNothingLost("private directory full, supervisor KILL");
            load.close();
            service.stop();
        } finally {
            service.close();
            assertThat(run("umount", "--lazy", service.temporary.toString())).isTrue();
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
}
