package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.RevivalLock;
import io.forkless.internal.control.RuntimeDirectory;
import io.forkless.supervisor.admin.AdminClient;
import io.forkless.supervisor.status.Outcome;
import io.forkless.supervisor.status.WorkerState;
import io.forkless.testing.Client;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.PosixSignals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A supervisor with real workers that has stepped down, for a successor that is this test. */
class StepDownTest extends SupervisedTest {
    private static final String NAME = "stepping";

    private Supervisor supervisor;
    private Set<Long> workers;

    private AdminClient stepDown() throws Exception {
        supervisor = startAndAwaitReady(
                supervisor(TestWorker.SERVE).name(NAME).workers(2).listen(ANY_PORT));
        workers = awaitPids(port(supervisor), 2);
        AdminClient successor = AdminClient.connect(NAME);
        successor.execute("take-over", Long.toString(ProcessHandle.current().pid()));
        successor.execute("step-down", "");
        return successor;
    }

    private void awaitTakenBack() {
        await().atMost(LIMIT).ignoreExceptions().until(() -> {
            try (AdminClient operator = AdminClient.connect(NAME)) {
                operator.execute("status", "");
                return operator.reports().stream().allMatch(line -> line.contains("state=READY"));
            }
        });
        assertThat(awaitPids(port(supervisor), 2)).isEqualTo(workers);
    }

    private static Path directory() throws IOException {
        return PrivateDirectory.pathOfService(RuntimeDirectory.path(), NAME);
    }

    @Test
    void no_worker_may_start_one_more_until_somebody_is_in_charge() throws Exception {
        AdminClient successor = stepDown();
        try (RevivalLock revivals = new RevivalLock(directory())) {
            assertThat(revivals.tryLock()).isFalse();
            successor.close();
            awaitTakenBack();
            assertThat(revivals.tryLock()).isTrue();
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows removes no file that is open")
    void it_takes_the_service_back_also_if_its_files_were_removed() throws Exception {
        AdminClient successor = stepDown();
        try (Stream<Path> files = Files.list(directory())) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory());
        successor.close();
        awaitTakenBack();
        supervisor.restart().get(60, TimeUnit.SECONDS);
        assertThat(supervisor.workers()).allMatch(worker -> worker.state() == WorkerState.READY);
    }

    @Test
    void it_changes_nothing_until_it_has_the_service_again() throws Exception {
        AdminClient successor = stepDown();
        for (CompletableFuture<Void> refused : List.of(
                supervisor.restart(),
                supervisor.restart(1),
                supervisor.scale(3),
                supervisor.scaleBy(1),
                supervisor.reopenLogs())) {
            assertThatThrownBy(() -> refused.get(60, TimeUnit.SECONDS))
                    .hasMessageContaining("another supervisor is taking over");
        }
        assertThat(supervisor.workers()).hasSize(2);
        successor.close();
        awaitTakenBack();
        supervisor.scale(1).get(60, TimeUnit.SECONDS);
    }

    @Test
    void a_successor_that_is_in_charge_too_early_or_too_late_is_told() throws Exception {
        AdminClient successor = stepDown();
        successor.execute("give-up", "no luck");
        assertThatThrownBy(() -> successor.execute("in-charge", "")).hasMessageContaining("too late");
        awaitTakenBack();
        successor.execute("take-over", Long.toString(ProcessHandle.current().pid()));
        assertThatThrownBy(() -> successor.execute("in-charge", "")).hasMessageContaining("has not stepped down");
        successor.close();
    }

    /** Workers that stand still hold the new one up. */
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "to suspend a process takes a native call")
    void a_stop_that_comes_in_between_is_for_the_successor() throws Exception {
        supervisor = startAndAwaitReady(
                supervisor(TestWorker.SERVE).name(NAME).workers(2).listen(ANY_PORT));
        workers = awaitPids(port(supervisor), 2);
        for (long worker : workers) {
            PosixSignals.stop(worker);
        }
        try (SupervisorProcess successor = another("-D" + TestSupervisor.TAKE_OVER + "=true")) {
            await().atMost(LIMIT).until(() -> successor.log().contains("waiting for 2 workers"));
            supervisor.stop();
            for (long worker : workers) {
                PosixSignals.send("CONT", worker);
            }
            assertThat(supervisor.awaitTermination()).isEqualTo(Outcome.HANDED_OVER);
            await().atMost(LIMIT).until(() -> successor.log().contains("stopped: DRAINED"));
            workers.forEach(SupervisedTest::awaitGone);
        }
    }

    private static SupervisorProcess another(String... options) throws IOException {
        List<String> all = new ArrayList<>(List.of("-D" + TestSupervisor.NAME + "=" + NAME));
        all.addAll(List.of(options));
        return new SupervisorProcess(
                Path.of(System.getProperty("java.io.tmpdir")),
                List.of(),
                all,
                2,
                true,
                JavaProgram.of(TestWorker.class, TestWorker.SERVE, "127.0.0.1:0")
                        .command());
    }

    @Test
    void it_leaves_the_service_to_a_third_one_that_has_it_meanwhile() throws Exception {
        AdminClient successor = stepDown();
        try (SupervisorProcess third = another()) {
            third.awaitReady();
            successor.close();
            assertThat(supervisor.awaitTermination()).isEqualTo(Outcome.HANDED_OVER);
            assertThat(Client.who(third.port()).pid()).isIn(third.pids());
            third.stop();
        }
    }
}
