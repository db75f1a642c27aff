package io.forkless.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.cli.ForklessCommand.Result;
import io.forkless.internal.control.ProcessIdentity;
import io.forkless.internal.control.WorkerRecord;
import io.forkless.supervisor.TestWorker;
import io.forkless.testing.Client;
import io.forkless.testing.PosixSignals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A service whose supervisor has died. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "it sends signals")
@Execution(ExecutionMode.CONCURRENT)
class OrphansIT extends NamedService {
    @Test
    void a_supervisor_in_the_background_is_started_again_by_a_worker() throws Exception {
        startService();
        Service before = look();
        kill9(before.supervisor());
        assertThat(ask("who")).startsWith("worker ");
        Service after = awaitSupervisorAfter(before.supervisor());
        assertThat(after.workers()).isEqualTo(before.workers());
        assertThat(pidFile).hasContent(after.supervisor() + "\n");

        PosixSignals.send("HUP", after.supervisor());
        awaitLog("restarted 2 workers");
        assertThat(look().workers()).hasSize(2).doesNotContainAnyElementsOf(before.workers());
        Files.move(logs.resolve("forkless.log"), logs.resolve("archive"));
        PosixSignals.send("USR1", after.supervisor());
        await().atMost(LIMIT).until(() -> Files.exists(logs.resolve("forkless.log")));
        PosixSignals.send("TERM", after.supervisor());
        awaitLog("stopped: DRAINED");
        await().atMost(LIMIT).until(() -> records().isEmpty() && Files.notExists(pidFile));
    }

    @Test
    @Tag("long")
    void so_is_one_that_has_been_upgraded() throws Exception {
        startService();
        Service first = look();
        assertThat(upgrade().status()).isZero();
        Service second = look();
        kill9(second.supervisor());
        Service third = awaitSupervisorAfter(second.supervisor());
        assertThat(third.workers()).isEqualTo(first.workers());
        assertThat(upgrade().status()).isZero();
        assertThat(look().workers()).isEqualTo(first.workers());
    }

    @Test
    @Tag("long")
    void it_is_not_started_again_more_than_three_times_in_a_minute() throws Exception {
        startService("--orphan-timeout", "5m");
        Service before = look();
        Path times = files(WorkerRecord.FILE_SUFFIX).get(0).resolveSibling("revival.times");
        thriceJustNow(times);
        kill9(before.supervisor());
        await().during(4, TimeUnit.SECONDS)
                .atMost(LIMIT)
                .until(() -> command("status", "--name", NAME).status() == 3);
        thriceJustNow(times); // a start takes its time
        Result started =
                start(logs, "--name", NAME, "-w", "2", "-l", address(), "--orphan-timeout", "5m", "--", serving());
        assertThat(started.status()).as(started.err()).isZero();
        assertThat(look().workers()).isEqualTo(before.workers());
    }

    private static void thriceJustNow(Path times) throws Exception {
        Files.write(times, Collections.nCopies(3, Long.toString(System.nanoTime())));
    }

    @Test
    @Tag("long")
    void the_next_worker_starts_it_again_if_the_lowest_stands_still() throws Exception {
        startService();
        Service before = look();
        long lowest = records().get(0).process().pid();
        PosixSignals.send("STOP", lowest);
        try {
            kill9(before.supervisor());
            Service after = awaitSupervisorAfter(before.supervisor());
            assertThat(after.supervisor()).isNotEqualTo(before.supervisor());
        } finally {
            PosixSignals.send("CONT", lowest);
        }
        await().atMost(LIMIT).until(() -> look().workers().equals(before.workers()));
    }

    @Test
    void commands_say_that_it_has_died_and_stop_drains_its_workers() throws Exception {
        try (ForklessCommand run = runService()) {
            run.awaitLog("all 2 workers are READY");
            Service before = look();
            kill9(run.pid());
            for (String verb : List.of("status", "restart", "reopen-logs", "upgrade")) {
                Result result = command(verb, "--name", NAME);
                assertThat(result.status()).as(verb).isEqualTo(3);
                assertThat(result.complaints())
                        .singleElement()
                        .asString()
                        .startsWith("forkless: no supervisor named 'web' is running; its supervisor has died, and 2"
                                + " workers serve on for a while (pids ")
                        .endsWith("): start it again, or drain them with 'forkless stop --name web'");
            }
            try (Client client = new Client(port)) {
                client.send("sleep 3000");
                client.channel().shutdownOutput(); // the last one on this connection
                Result stopped = command("stop");
                assertThat(stopped.complaints())
                        .as("but for what the workers print")
                        .allMatch(line -> line.startsWith("["));
                assertThat(stopped.status()).isZero();
                assertThat(stopped.out())
                        .isEqualTo("the supervisor has died: draining the workers that it has left\nstopped\n");
                assertThat(client.receive()).isEqualTo("slept");
            }
            assertThat(before.workers()).allMatch(pid -> ProcessIdentity.of(pid).isEmpty());
            assertThat(temporary).isEmptyDirectory();
            assertThat(command("stop", "--name", NAME).status()).isEqualTo(3);
        }
    }

    @Test
    @Tag("long")
    void a_run_in_the_foreground_is_started_again_by_whoever_has_started_it() throws Exception {
        try (ForklessCommand run = runService()) {
            run.awaitLog("all 2 workers are READY");
            Service before = look();
            kill9(run.pid());
            try (ForklessCommand again = runService()) {
                again.awaitLog("all 2 workers are READY");
                assertThat(again.err()).contains("adopting 2 workers that an earlier supervisor has started");
                assertThat(look()).isEqualTo(new Service(again.pid(), before.workers(), before.states()));
                again.signal("TERM");
                assertThat(again.await().status()).isZero();
            }
        }
    }

    /** One of them stands still, so that the adoption takes a while. */
    @Test
    @Tag("long")
    void a_supervisor_that_is_told_to_stop_while_it_adopts_workers_drains_them() throws Exception {
        try (ForklessCommand run = runService()) {
            run.awaitLog("all 2 workers are READY");
            Service before = look();
            long frozen = before.workers().get(0);
            try (Client client = new Client(port)) {
                client.ask("who");
                kill9(run.pid());
                PosixSignals.send("STOP", frozen);
                try (ForklessCommand again = runService()) {
                    again.awaitLog("waiting for 2 workers that an earlier supervisor has left");
                    again.signal("TERM");
                    client.send("sleep 3000");
                    client.channel().shutdownOutput(); // the last one on this connection
                    TimeUnit.MILLISECONDS.sleep(500);
                    PosixSignals.send("CONT", frozen);
                    assertThat(client.receive()).isEqualTo("slept");
                    Result stopped = again.await();
                    assertThat(stopped.status()).as(stopped.err()).isZero();
                    assertThat(stopped.err()).contains("stopped: DRAINED").doesNotContain("starting worker");
                }
            }
            assertThat(before.workers()).allMatch(pid -> ProcessIdentity.of(pid).isEmpty());
            assertThat(temporary).isEmptyDirectory();
        }
    }

    @Test
    @Tag("long")
    void workers_drain_when_the_time_for_a_new_one_is_over() throws Exception {
        for (String time : List.of("0", "2s")) {
            try (ForklessCommand run =
                    run("--name", NAME, "--orphan-timeout", time, "-w", "1", "-l", address(), "--", serving())) {
                run.awaitLog("all 1 workers are READY");
                kill9(run.pid());
                await().atMost(LIMIT).until(() -> records().isEmpty());
            }
        }
        try (ForklessCommand run = run("-w", "1", "-l", address(), "--", worker(TestWorker.SERVE, address()))) {
            run.awaitLog("all 1 workers are READY");
            List<ProcessHandle> workers = run.descendants();
            kill9(run.pid());
            await("without a name they do so at once")
                    .atMost(LIMIT)
                    .until(() -> workers.stream().noneMatch(ProcessHandle::isAlive));
        }
    }

    /** In the foreground, with two workers. */
    private ForklessCommand runService() throws Exception {
        return run("--name", NAME, "-w", "2", "-l", address(), "--", serving());
    }
}
