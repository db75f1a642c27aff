package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.forkless.supervisor.status.Outcome;
import io.forkless.supervisor.status.WorkerState;
import io.forkless.supervisor.status.WorkerStatus;
import io.forkless.testing.Client;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.PosixSignals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What can be done to a supervisor that runs, and what it does by itself, with real worker JVMs. */
class SupervisorOperationsTest extends SupervisedTest {
    private static final Duration HANG = Duration.ofSeconds(5);

    @TempDir
    private Path directory;

    @Test
    void a_restart_replaces_every_worker_and_no_client_notices() throws Exception {
        Supervisor supervisor =
                startAndAwaitReady(supervisor(TestWorker.SERVE).workers(2).listen(ANY_PORT));
        Set<Long> before = pids(supervisor);
        FaultLoad clients = new FaultLoad(port(supervisor));
        try (clients) {
            clients.awaitServed(20);
            supervisor.restart().get(60, TimeUnit.SECONDS);
            clients.awaitServed(20);
        }
        assertThat(clients.failures()).isEmpty();
        assertThat(supervisor.workers())
                .hasSize(2)
                .allMatch(worker -> worker.state() == WorkerState.READY && worker.restarts() == 1);
        assertThat(pids(supervisor)).hasSize(2).doesNotContainAnyElementsOf(before);
        assertThat(awaitPids(port(supervisor), 2)).isEqualTo(pids(supervisor));
    }

    @Test
    void what_a_caller_does_with_a_result_may_wait_for_the_supervisor() throws Exception {
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE).listen(ANY_PORT));
        assertThat(supervisor
                        .scale(2)
                        .thenApply(nothing -> supervisor.workers().size())
                        .get(30, TimeUnit.SECONDS))
                .isEqualTo(2);
        assertThat(supervisor
                        .scale(1)
                        .thenCompose(nothing -> supervisor.restart())
                        .thenApply(nothing -> Thread.currentThread().getName())
                        .get(60, TimeUnit.SECONDS))
                .isEqualTo("forkless-answer");
        supervisor.restart().complete(null); // the caller's own matter
        supervisor.restart().thenRun(supervisor::close).get(60, TimeUnit.SECONDS);
        assertThat(supervisor.awaitTermination()).isEqualTo(Outcome.DRAINED);
    }

    @Test
    void a_result_that_never_comes_is_a_failure_at_the_end() throws Exception {
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE).listen(ANY_PORT));
        List<CompletableFuture<Void>> results = List.of(supervisor.restart(), supervisor.restart());
        results.forEach(result -> result.whenComplete((nothing, failure) -> supervisor.close()));
        supervisor.kill();
        supervisor.awaitTermination();
        for (CompletableFuture<Void> result : results) {
            assertThatThrownBy(() -> result.get(60, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        }
    }

    @Test
    void workers_are_added_and_removed_and_no_client_notices() throws Exception {
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE).listen(ANY_PORT));
        FaultLoad clients = new FaultLoad(port(supervisor));
        try (clients) {
            supervisor.scale(3).get(30, TimeUnit.SECONDS);
            awaitReady(supervisor, 3);
            supervisor.scaleBy(-1).get(30, TimeUnit.SECONDS);
            awaitReady(supervisor, 2);
            supervisor.scaleBy(-5).get(30, TimeUnit.SECONDS);
            awaitReady(supervisor, 1);
            clients.awaitServed(20);
        }
        assertThat(clients.failures()).isEmpty();
        assertThat(supervisor.workers()).extracting(WorkerStatus::index).containsExactly(0);
        assertThatThrownBy(() -> supervisor.scale(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> supervisor.scale(10_000)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no SIGSTOP")
    void a_worker_that_was_stopped_is_killed_and_replaced_while_the_others_serve() throws Exception {
        Supervisor supervisor = startAndAwaitReady(
                supervisor(TestWorker.SERVE).workers(2).hangTimeout(HANG).listen(ANY_PORT));
        awaitPids(port(supervisor), 2);
        WorkerStatus victim = supervisor.workers().get(1);
        PosixSignals.send("STOP", victim.pid());
        awaitGone(victim.pid());
        await().atMost(LIMIT).until(() -> supervisor.workers().get(1).restarts() == 1);
        awaitReady(supervisor, 2);
        assertThat(supervisor.workers().get(1).lastExit()).isEqualTo("killed: no heartbeat for 5000 ms: it hangs");
        assertThat(supervisor.workers().get(0).restarts()).isZero();
        assertThat(awaitPids(port(supervisor), 2)).isEqualTo(pids(supervisor));
    }

    @Test
    void a_worker_in_a_deadlock_says_so_and_is_replaced() throws Exception {
        Supervisor supervisor = startAndAwaitReady(
                supervisor(TestWorker.SERVE).workers(2).hangTimeout(HANG).listen(ANY_PORT));
        assertThat(Client.ask(port(supervisor), "deadlock")).isEqualTo("deadlocked");
        await().atMost(LIMIT)
                .until(() -> supervisor.workers().stream()
                                .mapToInt(WorkerStatus::restarts)
                                .sum()
                        == 1);
        awaitReady(supervisor, 2);
        assertThat(output())
                .contains("these threads wait for each other:", "\"philosopher-1\" BLOCKED on java.lang.Object@");
        assertThat(log.lines())
                .filteredOn(line -> line.contains("it hangs; its threads follow"))
                .hasSize(1);
    }

    @Test
    void workers_that_beat_are_left_alone_however_short_the_hang_time_out() throws Exception {
        Supervisor supervisor = startAndAwaitReady(
                supervisor(TestWorker.SERVE).hangTimeout(Duration.ofSeconds(1)).listen(ANY_PORT));
        // More than a heartbeat a second would be in a second, since the interval follows the time-out.
        await().atMost(LIMIT).until(() -> supervisor.workers().get(0).heapUsed() > 0);
        await().atMost(LIMIT).until(() -> supervisor.workers().get(0).inState().toSeconds() >= 4);
        assertThat(supervisor.workers().get(0).restarts()).isZero();
        assertThat(log.lines()).noneMatch(line -> line.contains("hangs"));
    }

    @Test
    void a_worker_that_has_accepted_enough_is_replaced_without_a_loss() throws Exception {
        Supervisor supervisor = startAndAwaitReady(
                supervisor(TestWorker.SERVE).recycle(Duration.ZERO, 50, 0).listen(ANY_PORT));
        long first = supervisor.workers().get(0).pid();
        FaultLoad clients = new FaultLoad(port(supervisor));
        try (clients) {
            await().atMost(LIMIT)
                    .until(() -> !pids(supervisor).contains(first)
                            && pids(supervisor).size() == 1);
        }
        assertThat(clients.failures()).isEmpty();
        assertThat(log.lines())
                .anyMatch(line ->
                        line.matches("INFO replacing worker 0 \\(pid \\d+\\): it has accepted \\d+ connections"));
        assertThat(supervisor.workers().get(0).lastExit()).startsWith("worker ");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the program is a shell script")
    void what_is_on_disk_at_the_time_of_a_restart_is_what_runs() throws Exception {
        Path program = directory.resolve("program");
        install(program, "first");
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE)
                .command(List.of(program.toString()))
                .workers(2)
                .listen(ANY_PORT));
        Set<Long> before = pids(supervisor);

        install(program, null);
        CompletableFuture<Void> broken = supervisor.restart();
        assertThatThrownBy(() -> broken.get(60, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("restart aborted: replacement worker 2 (pid ")
                .hasMessageContaining("failed: exited with status 9 before it was ready");
        awaitReady(supervisor, 2);
        assertThat(pids(supervisor)).isEqualTo(before);
        assertThat(awaitPids(port(supervisor), 2)).isEqualTo(before);

        Files.delete(program);
        CompletableFuture<Void> missing = supervisor.restart();
        assertThatThrownBy(() -> missing.get(60, TimeUnit.SECONDS))
                .hasMessageContaining(program + "': command not found");
        assertThat(pids(supervisor)).isEqualTo(before);

        install(program, "second");
        supervisor.restart().get(60, TimeUnit.SECONDS);
        assertThat(pids(supervisor)).doesNotContainAnyElementsOf(before);
        assertThat(output().lines().filter(line -> line.endsWith("] this is the second")))
                .hasSize(2);
    }

    @Test
    void a_stop_during_a_restart_drains_all_and_fails_the_restart() throws Exception {
        Supervisor supervisor =
                startAndAwaitReady(supervisor(TestWorker.SERVE).workers(2).listen(ANY_PORT));
        CompletableFuture<Void> result = supervisor.restart();
        supervisor.stop();
        assertThatThrownBy(() -> result.get(30, TimeUnit.SECONDS))
                .hasMessageContaining("restart aborted: the supervisor was told to stop");
        assertThat(supervisor.awaitTermination()).isEqualTo(Outcome.DRAINED);
    }

    @Test
    void what_is_asked_of_a_supervisor_that_does_not_run_fails() throws Exception {
        Supervisor supervisor =
                supervisor(TestWorker.SERVE).workers(1).listen(ANY_PORT).build();
        assertNotRunning(supervisor);
        assertThat(supervisor.name()).isNull();
        supervisor.stop();
        assertNotRunning(supervisor);

        Supervisor ended = startAndAwaitReady(supervisor(TestWorker.SERVE).listen(ANY_PORT));
        assertThat(ended.name()).isEqualTo(Long.toString(ProcessHandle.current().pid()));
        assertThatThrownBy(() -> ended.reopenLogs().get(30, TimeUnit.SECONDS))
                .hasMessageContaining("there are no log files: the supervisor runs without --log-dir");
        ended.close();
        assertNotRunning(ended);
    }

    @Test
    void whoever_waits_for_an_answer_when_the_supervisor_ends_gets_one() throws Exception {
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE).listen(ANY_PORT));
        supervisor.kill();
        for (int i = 0; i < 1000 && !supervisor.workers().isEmpty(); i++) {
            CompletableFuture<Void> result = supervisor.scaleBy(0);
            await().atMost(LIMIT).until(result::isDone);
        }
        supervisor.awaitTermination();
        assertThat(supervisor.workers()).isEmpty();
    }

    @Test
    void output_goes_to_the_files_of_the_log_directory_up_to_the_last_word() throws Exception {
        Path logs = directory.resolve("logs");
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE)
                .workers(2)
                .logDirectory(logs, 1 << 20, 1)
                .listen(ANY_PORT));
        awaitPids(port(supervisor), 2);
        assertThat(Client.ask(port(supervisor), "print 1000")).isEqualTo("printed");
        supervisor.reopenLogs().get(30, TimeUnit.SECONDS);
        supervisor.close();
        Set<String> lines = new HashSet<>();
        for (int i = 0; i < 2; i++) {
            lines.addAll(Files.readAllLines(logs.resolve("worker-" + i + ".log")));
        }
        assertThat(lines)
                .filteredOn(line -> line.matches("line \\d+ of worker [01]"))
                .hasSize(1000);
        assertThat(output()).isEmpty();
    }

    /** @param version what it says of itself; {@code null}: exits with status 9 */
    private static void install(Path program, String version) throws IOException {
        String serve = JavaProgram.of(TestWorker.class, TestWorker.SERVE, "127.0.0.1:0").command().stream()
                .map(word -> "'" + word + "'")
                .reduce("exec", (line, word) -> line + " " + word);
        String script = version == null ? "exit 9" : "echo this is the " + version + "\n" + serve;
        Path next = Files.writeString(program.resolveSibling("next"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rwx------"));
        Files.move(next, program, StandardCopyOption.ATOMIC_MOVE); // the old one may be running
    }

    private static void assertNotRunning(Supervisor supervisor) {
        for (CompletableFuture<Void> result :
                List.of(supervisor.restart(), supervisor.scale(2), supervisor.scaleBy(1), supervisor.reopenLogs())) {
            assertThat(result).isCompletedExceptionally();
            assertThatThrownBy(result::get).hasMessageContaining("the supervisor is not running");
        }
        assertThat(supervisor.workers()).isEmpty();
    }

    private static void awaitReady(Supervisor supervisor, int count) {
        await().atMost(LIMIT)
                .until(() -> supervisor.workers().size() == count
                        && supervisor.workers().stream().allMatch(worker -> worker.state() == WorkerState.READY));
    }

    private static Set<Long> pids(Supervisor supervisor) {
        Set<Long> pids = new HashSet<>();
        supervisor.workers().forEach(worker -> pids.add(worker.pid()));
        return pids;
    }
}
