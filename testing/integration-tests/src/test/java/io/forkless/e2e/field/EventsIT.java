package io.forkless.e2e.field;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.e2e.RunningProgram;
import io.forkless.testing.ShortTempDir;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Kind 8 from the field: hooks, as users of Puma and Gunicorn expect them. */
@Tag("long")
@DisabledIf(value = "io.forkless.e2e.Machine#isWindows", disabledReason = "there is no shell on Windows")
class EventsIT {
    private static final int WORKERS = 2;

    @TempDir(factory = ShortTempDir.class)
    private Path temporary;

    private final String name = "it-" + UUID.randomUUID();

    @Test
    void a_command_hears_of_everything_in_its_order() throws Exception {
        String hook = "echo $FORKLESS_EVENT:$FORKLESS_EVENT_PID:$FORKLESS_EVENT_REASON:$FORKLESS_EVENT_WORKERS"
                + ":$FORKLESS_NAME:$FORKLESS_SUPERVISOR_PID:$FORKLESS_CONTROL:$FORKLESS_WORKER_INDEX >> " + file();
        try (RunningProgram run = run(hook)) {
            run.awaitLine("all " + WORKERS + " workers are READY");
            run.awaitThat("it has heard so", () -> events().contains("all-ready"));
            assertThat(events().get(0)).isEqualTo("started");
            assertThat(events()).endsWith("all-ready");
            assertThat(events().subList(1, 5))
                    .containsExactlyInAnyOrder("worker-started", "worker-started", "worker-ready", "worker-ready");

            killOne();
            run.awaitThat("the next one is ready", () -> events().size() == 9);
            assertThat(events().subList(6, 9)).containsExactly("worker-died", "worker-started", "worker-ready");
            assertThat(lines().get(6)).contains("killed by SIGKILL");

            assertSucceeds("restart");
            run.awaitThat("it has heard so", () -> events().contains("restarted"));
            List<String> restart = since("restart-begun");
            assertThat(restart).endsWith("restarted");
            for (String each :
                    List.of("worker-started", "worker-ready", "worker-replaced", "worker-draining", "worker-exited")) {
                assertThat(restart).filteredOn(each::equals).as("%s", restart).hasSize(WORKERS);
            }

            assertSucceeds("scale", "3");
            run.awaitThat("it is ready", () -> since("scaled").contains("worker-ready"));
            assertThat(since("scaled")).containsExactly("scaled", "worker-started", "worker-ready");

            assertSucceeds("stop");
            assertThat(run.awaitExit()).as(run.output()).isZero();
            List<String> stop = since("stopping");
            assertThat(stop).hasSize(8).endsWith("stopped");
            assertThat(stop.subList(1, 7)).containsOnly("worker-draining", "worker-exited");
            String supervisor = Long.toString(run.handle().pid());
            assertThat(lines()).allMatch(line -> line.matches(".*:[23]:" + name + ":" + supervisor + "::"));
            assertThat(run.count("WARNING")).as(run.output()).isOne(); // of the one that was killed
        }
    }

    @Test
    void one_that_fails_is_missing_or_hangs_delays_nothing_and_is_told() throws Exception {
        String hook = "case $FORKLESS_EVENT in worker-ready) exec sleep 3600 ;; all-ready) /no/such/command ;;"
                + " restarted) echo said $FORKLESS_EVENT; exit 7 ;; esac";
        try (RunningProgram run = run(hook)) {
            run.awaitLine("all " + WORKERS + " workers are READY");
            assertSucceeds("restart");
            run.awaitLine("restarted " + WORKERS + " workers"); // while the first one hangs
            run.awaitLine("on-event restarted: said restarted");
            run.awaitLine("ended with status 7");
            assertThat(run.output()).contains("was killed: it took longer than 10 s", "ended with status 127");
            assertSucceeds("stop");
            assertThat(run.awaitExit()).as(run.output()).isZero();
        }
    }

    private RunningProgram run(String hook) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("run", "--name", name, "--workers", "" + WORKERS));
        arguments.addAll(List.of("--listen", "127.0.0.1:0", "--on-event", hook));
        arguments.addAll(List.of("--boot-timeout", "" + RunningProgram.PATIENCE.toSeconds(), "--"));
        arguments.addAll(RunningProgram.workers(temporary, "jetty-hello"));
        return RunningProgram.command(temporary, Map.of(), List.of(), arguments);
    }

    private void assertSucceeds(String verb, String... options) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(verb, "--name", name));
        arguments.addAll(List.of(options));
        RunningProgram operator = RunningProgram.command(temporary, Map.of(), List.of(), arguments);
        assertThat(operator.awaitExit()).as(operator.output()).isZero();
    }

    private void killOne() throws IOException {
        String ready = lines().stream()
                .filter(line -> line.startsWith("worker-ready:"))
                .findFirst()
                .orElseThrow();
        ProcessHandle.of(Long.parseLong(ready.split(":")[1])).orElseThrow().destroyForcibly();
    }

    private String file() {
        return "'" + temporary.resolve("events") + "'";
    }

    private List<String> lines() throws IOException {
        Path file = temporary.resolve("events");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private List<String> events() throws IOException {
        return lines().stream()
                .map(line -> line.substring(0, line.indexOf(':')))
                .toList();
    }

    private List<String> since(String event) throws IOException {
        List<String> all = events();
        return all.subList(all.indexOf(event), all.size());
    }
}
