package io.forkless.supervisor.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.supervisor.CapturedLog;
import io.forkless.supervisor.output.Log;
import io.forkless.supervisor.status.SupervisorEvent;
import io.forkless.supervisor.status.SupervisorEvent.Type;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Real commands of the shell. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the commands are those of a POSIX shell")
class EventCommandTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final SupervisorEvent DIED = new SupervisorEvent(
            Type.WORKER_DIED,
            3,
            4711,
            "killed by SIGKILL \"x\" $HOME\0",
            4,
            "worker 3 (pid 4711): BACKOFF (it's gone)");
    private static final SupervisorEvent STOPPING =
            new SupervisorEvent(Type.STOPPING, SupervisorEvent.NONE, SupervisorEvent.NONE, "", 4, "stopping");

    private final CapturedLog log = new CapturedLog();

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void it_runs_where_the_workers_run_whichever_directory_that_is_now() throws Exception {
        Path current = directory.resolve("current");
        EventCommand command = new EventCommand("pwd; echo $PWD; pwd -P", "web", current);
        for (String release : List.of("1", "2")) {
            Files.createSymbolicLink(current, Files.createDirectory(directory.resolve(release)));
            command.onEvent(DIED);
            assertThat(log.lines()).contains("INFO on-event worker-died: " + current);
            assertThat(log.lines())
                    .contains("INFO on-event worker-died: "
                            + directory.resolve(release).toRealPath());
            Files.delete(current);
        }
        command.onEvent(DIED);
        assertThat(log.lines())
                .contains("INFO on-event worker-died: " + Path.of("").toRealPath());
    }

    @Test
    void it_knows_the_event_by_its_environment() throws Exception {
        EventCommand command =
                new EventCommand("env | grep ^FORKLESS_ | LC_ALL=C sort > " + file("env"), "web", directory);
        command.onEvent(DIED);
        assertThat(lines("env"))
                .containsExactly(
                        "FORKLESS_EVENT=worker-died",
                        "FORKLESS_EVENT_MESSAGE=worker 3 (pid 4711): BACKOFF (it's gone)",
                        "FORKLESS_EVENT_PID=4711",
                        "FORKLESS_EVENT_REASON=killed by SIGKILL \"x\" $HOME ",
                        "FORKLESS_EVENT_WORKER=3",
                        "FORKLESS_EVENT_WORKERS=4",
                        "FORKLESS_NAME=web",
                        "FORKLESS_SUPERVISOR_PID=" + ProcessHandle.current().pid());
        command.onEvent(STOPPING);
        assertThat(lines("env")).contains("FORKLESS_EVENT=stopping", "FORKLESS_EVENT_WORKER=", "FORKLESS_EVENT_PID=");
        assertThat(logged()).isEmpty();
    }

    @Test
    void what_it_prints_goes_to_the_log_and_it_has_nothing_to_read() {
        new EventCommand("cat; echo out; echo err >&2; printf last", "web", directory).onEvent(DIED);
        assertThat(logged())
                .containsExactly(
                        "INFO on-event worker-died: out",
                        "INFO on-event worker-died: err",
                        "INFO on-event worker-died: last");
    }

    @Test
    void a_failure_is_a_warning() {
        new EventCommand("exit 3", "web", directory).onEvent(DIED);
        new EventCommand("/no/such/command", "web", directory).onEvent(DIED);
        assertThat(logged())
                .hasSize(3)
                .startsWith("WARNING on-event worker-died: 'exit 3' ended with status 3")
                .endsWith("WARNING on-event worker-died: '/no/such/command' ended with status 127");
    }

    @Test
    void one_that_takes_too_long_is_killed_with_what_it_has_started() throws Exception {
        String script = "echo begun; sleep 1000 & echo $! > " + file("pid") + "; wait";
        new EventCommand(script, "web", directory, Duration.ofSeconds(1)).onEvent(DIED);
        long sleep = Long.parseLong(lines("pid").get(0));
        await().atMost(LIMIT).until(() -> ProcessHandle.of(sleep).isEmpty());
        assertThat(logged())
                .containsExactly(
                        "INFO on-event worker-died: begun",
                        "WARNING on-event worker-died: '" + script + "' was killed: it took longer than 1 s");
    }

    @Test
    void what_it_leaves_in_the_background_is_not_waited_for() throws Exception {
        new EventCommand("sleep 1000 & echo $! > " + file("pid") + "; echo done", "web", directory).onEvent(DIED);
        long sleep = Long.parseLong(lines("pid").get(0));
        assertThat(ProcessHandle.of(sleep)).isPresent().get().matches(ProcessHandle::destroyForcibly);
        assertThat(logged()).containsExactly("INFO on-event worker-died: done");
    }

    @Test
    void one_that_prints_without_end_fills_no_memory() {
        new EventCommand("yes", "web", directory, Duration.ofSeconds(1)).onEvent(DIED);
        List<String> lines = logged();
        assertThat(lines).hasSize(CommandOutput.MAX_LINES + 2).startsWith("INFO on-event worker-died: y");
        assertThat(lines.get(CommandOutput.MAX_LINES)).isEqualTo("INFO on-event worker-died: (the rest is left out)");
    }

    @Test
    void nothing_runs_after_the_end() {
        EventCommand command = new EventCommand("touch " + file("ran"), "web", directory);
        command.close();
        command.onEvent(DIED);
        assertThat(directory.resolve("ran")).doesNotExist();
    }

    @Test
    void the_end_kills_what_runs() throws Exception {
        EventCommand command =
                new EventCommand("echo > " + file("runs") + "; sleep 1000", "web", directory, LIMIT.multipliedBy(10));
        Thread running = new Thread(() -> command.onEvent(DIED));
        running.start();
        await().atMost(LIMIT).until(() -> Files.exists(directory.resolve("runs")));
        command.close();
        running.join(LIMIT.toMillis());
        assertThat(running.isAlive()).isFalse();
    }

    private String file(String name) {
        return "'" + directory.resolve(name) + "'";
    }

    private List<String> lines(String file) throws IOException {
        return Files.readAllLines(directory.resolve(file));
    }

    private List<String> logged() {
        Log.flush(LIMIT);
        return log.lines();
    }
}
