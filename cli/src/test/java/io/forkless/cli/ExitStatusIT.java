package io.forkless.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.cli.ForklessCommand.Result;
import io.forkless.supervisor.TestWorker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The table of docs/operations.md, command by outcome, on real processes; each test is what one supervisor goes through.
 * What {@link ForklessIT} (wrong command lines, what cannot start) and {@link AdminCommandsIT} (nobody to operate) try is
 * not repeated.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "it sends signals and runs shells")
@Execution(ExecutionMode.CONCURRENT)
@Tag("long")
class ExitStatusIT extends ServiceCommands {
    private static final String REFUSED =
            "listen 127.0.0.1:1: not granted: the supervisor listens on 127.0.0.1:0; add --listen 127.0.0.1:1";

    @Test
    void while_all_is_well() throws Exception {
        Path program = directory.resolve("program");
        install(program, worker(TestWorker.SERVE, "127.0.0.1:0"));
        try (ForklessCommand run = run("-w", "1", "--", program.toString())) {
            run.awaitLog("all 1 workers are READY");
            expect(0, "", "status");
            expect(0, "", "status", "--json");
            expect(0, "", "scale", "2");
            expect(0, "", "scale", "1");
            expect(6, "scale: 'x' is not a number", "scale", "x");
            expect(6, "there are no log files: the supervisor runs without --log-dir", "reopen-logs");
            expect(0, "", "restart");
            install(program, "exit", "9");
            expect(6, "restart aborted: replacement worker ", "restart");
            expect(0, "", "status");
            expect(0, "", "stop");
            assertThat(run.await().status()).isZero();
        }
    }

    @Test
    void when_workers_do_not_drain() throws Exception {
        try (ForklessCommand run = run("-w", "1", "--drain-timeout", "0.5", "--", worker(TestWorker.DEAF))) {
            run.awaitLog("all 1 workers are READY");
            String lost = "connections may have been lost: worker ";
            expect(5, "restarted 1 workers, but " + lost, "restart");
            expect(0, "", "status");
            expect(5, "stopped, but " + lost, "stop");
            Result result = run.await();
            assertThat(result.status()).isEqualTo(5);
            assertThat(result.complaints())
                    .last()
                    .asString()
                    .startsWith("forkless: stopped, but " + lost)
                    .endsWith("killed: not drained within 500 ms");
        }
    }

    @Test
    void when_no_worker_is_ready() throws Exception {
        try (ForklessCommand run = run("-w", "1", "--", worker(TestWorker.UNREADY))) {
            run.awaitLog("STARTING");
            expect(7, "", "status");
            expect(7, "", "status", "--json");
            expect(0, "", "stop"); // a worker that was never ready has lost nothing, however it ends
            assertThat(run.await().status()).isZero();
        }
    }

    @Test
    void when_a_worker_ends_in_its_boot_with_an_error_as_it_is_told_to_stop() throws Exception {
        String[] rude = {"sh", "-c", "trap 'kill %1; exit 3' TERM; sleep 600 & echo up; wait"};
        try (ForklessCommand run = run("-w", "1", "--", rude)) {
            run.awaitOutput("[0] up\n");
            run.signal("TERM");
            assertThat(run.await().status()).isZero();
        }
    }

    @Test
    void when_a_worker_is_not_granted_the_address_that_it_needs() throws Exception {
        try (ForklessCommand run = run("-w", "1", "-l", "127.0.0.1:0", "--", worker(TestWorker.SERVE, "127.0.0.1:1"))) {
            Result result = run.await();
            assertThat(result.status()).as(result.err()).isEqualTo(4);
            assertThat(result.complaints().stream().filter(line -> !line.startsWith("["))) // a worker's output
                    .containsExactly("forkless: gave up: worker 0: " + REFUSED);
            assertThat(result.err()).containsOnlyOnce(": STARTING");
        }
        Result start = start(
                directory.resolve("logs"),
                "-w",
                "2",
                "-l",
                "127.0.0.1:0",
                "--",
                worker(TestWorker.SERVE, "127.0.0.1:1"));
        assertThat(start.status()).as(start.err()).isEqualTo(4);
        assertThat(start.err()).matches("(?s).*\nforkless: gave up: worker [01]: \\Q" + REFUSED + "\\E\n");
    }

    @Test
    void when_the_jar_is_not_there() throws Exception {
        String missing = directory.resolve("missing.jar").toString();
        String java = ProcessHandle.current().info().command().orElseThrow();
        String reason = "forkless: cannot start '" + java + " -jar " + missing + "': there is no such file";
        assertThat(command("run", "--", java, "-jar", missing))
                .satisfies(result -> assertThat(result.status()).isEqualTo(127))
                .satisfies(result -> assertThat(result.complaints()).containsExactly(reason));
        assertThat(command("run", "--", java, "-jar", directory.toString()).status())
                .isEqualTo(126);
        Result start = start(directory.resolve("logs"), "--", java, "-Xmx32m", "-jar", missing);
        assertThat(start.status()).isEqualTo(127);
        assertThat(start.err()).endsWith("\n" + reason + "\n");
    }

    @Test
    void when_a_command_is_interrupted() throws Exception {
        try (ForklessCommand run = run("-w", "1", "--name", "web", "--", worker(TestWorker.DEAF))) {
            run.awaitLog("all 1 workers are READY");
            try (ForklessCommand restart = launch("restart")) {
                run.awaitLog("restarting 1 workers");
                expectInterrupted(
                        restart, "forkless: interrupted: the restart goes on; see 'forkless status --name web'");
            }
            try (ForklessCommand stop = launch("stop")) {
                run.awaitLog("stopping: draining");
                expectInterrupted(stop, "forkless: interrupted: the stop goes on; see 'forkless status --name web'");
            }
            assertThat(run.pid()).isPositive();
            assertThat(ProcessHandle.of(run.pid())).isPresent();
        }
    }

    @Test
    void when_a_start_is_interrupted_or_the_supervisor_is_stopped_before_it_is_ready() throws Exception {
        for (String end : List.of("INT", "stop")) {
            List<String> arguments = new ArrayList<>(List.of("start", "--name", "web", "-w", "1"));
            arguments.addAll(
                    List.of("--log-dir", directory.resolve("logs-" + end).toString(), "--"));
            arguments.addAll(List.of(worker(TestWorker.SILENT)));
            try (ForklessCommand start = launch(arguments.toArray(String[]::new))) {
                await().atMost(ForklessCommand.LIMIT)
                        .until(() -> command("status").status() == 7);
                if (end.equals("INT")) {
                    start.signal("INT");
                    Result result = start.await();
                    assertThat(result.status()).isEqualTo(130);
                    assertThat(result.err())
                            .startsWith("forkless: interrupted: the supervisor (pid ")
                            .endsWith("see 'forkless status --name web'\n");
                    expect(0, "", "stop");
                } else {
                    expect(0, "", "stop");
                    assertThat(start.await().status()).isEqualTo(6);
                }
            }
        }
    }

    @Test
    void when_the_supervisor_dies() throws Exception {
        for (String verb : List.of("restart", "stop")) {
            try (ForklessCommand run = run("-w", "1", "--name", verb, "--", worker(TestWorker.DEAF))) {
                run.awaitLog("all 1 workers are READY");
                List<ProcessHandle> workers = run.descendants();
                try (ForklessCommand command = launch(verb, "--name", verb)) {
                    run.awaitLog(verb.equals("stop") ? "DRAINING" : "restarting 1 workers");
                    workers = run.descendants();
                    run.signal("KILL");
                    Result result = command.await();
                    assertThat(result.status()).isEqualTo(3);
                    assertThat(result.complaints())
                            .containsExactly(
                                    "forkless: the supervisor '" + verb + "' (pid " + run.pid()
                                            + ") ended before it had answered; workers that it has left drain, or serve on until another one takes over");
                } finally {
                    workers.forEach(ProcessHandle::destroyForcibly); // deaf as they are
                }
            }
        }
    }

    private void expectInterrupted(ForklessCommand command, String message) throws Exception {
        command.signal("INT");
        Result result = command.await();
        assertThat(result.status()).isEqualTo(130);
        assertThat(result.complaints()).containsExactly(message);
    }

    /** @param message how the one line on standard error begins; empty if there is none */
    private void expect(int status, String message, String... command) throws Exception {
        Result result = command(command);
        String what = String.join(" ", command) + ": " + result;
        assertThat(result.status()).as(what).isEqualTo(status);
        if (message.isEmpty()) {
            assertThat(result.err()).as(what).isEmpty();
        } else {
            assertThat(result.err().lines()).as(what).singleElement().asString().startsWith("forkless: " + message);
        }
    }
}
