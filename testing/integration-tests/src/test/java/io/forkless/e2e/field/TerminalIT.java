package io.forkless.e2e.field;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forkless.e2e.Machine;
import io.forkless.e2e.RunningProgram;
import io.forkless.testing.FreePort;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.PosixSignals;
import io.forkless.testing.ShortTempDir;
import io.forkless.testing.load.HttpConnection;
import io.forkless.testing.load.Load;
import io.forkless.testing.load.Manner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Cases E2, E5, E7, E8, N4 and A7 from the field: what a terminal, a script or a service manager does to a supervisor and
 * its workers without meaning it.
 */
@DisabledIf(value = "io.forkless.e2e.Machine#isWindows", disabledReason = "there is no such signal on Windows")
@DisabledOnOs(value = OS.MAC, disabledReason = "script(1) and /proc of Linux")
class TerminalIT {
    private static final List<String> LEFT_TO_THE_SUPERVISOR = List.of("HUP", "INT", "USR1", "USR2", "TTIN", "TTOU");
    private static final int USR1 = 10;
    private static final String EXAMPLE = "jetty-hello";

    @TempDir(factory = ShortTempDir.class)
    private Path directory;

    /** Whatever has become of its terminal. */
    @AfterEach
    void no_supervisor_is_left() throws Exception {
        if (Files.exists(pidFile())) {
            ProcessHandle.of(pid()).ifPresent(left -> {
                left.descendants().forEach(ProcessHandle::destroyForcibly);
                left.destroyForcibly();
            });
        }
    }

    // E2

    @Test
    void ctrl_c_in_a_script_and_the_end_of_its_terminal_are_not_for_the_service_that_it_has_started() throws Exception {
        String start = shell(forkless(
                "start",
                "--log-dir",
                path("logs"),
                "--pid-file",
                pidFile().toString(),
                "--workers",
                "1",
                "--listen",
                "127.0.0.1:0"));
        Files.writeString(
                directory.resolve("script"), start + "\necho started: $?\ntail -f logs/forkless.log\necho no more\n");
        try (PseudoTerminal terminal = new PseudoTerminal(directory)) {
            terminal.type("bash script");
            terminal.awaitShown("started: 0");
            long supervisor = pid();
            terminal.pressCtrlC();
            terminal.type("echo script: $?");
            terminal.awaitShown("script: 130");
            assertThat(stat(supervisor).get(3)).as("session").isEqualTo(Long.toString(supervisor));
            terminal.hangUp();
            String log = Files.readString(directory.resolve("logs/forkless.log"));
            assertThat(log).doesNotContain("stopping", "restricted method"); // of which JDK 24 and later warn
            int port = Integer.parseInt(log.replaceAll("(?s).*listening on 127.0.0.1:(\\d+).*", "$1"));
            assertThat(HttpConnection.get(port, "/")).startsWith("worker 0");
            PosixSignals.send("TERM", supervisor);
            awaitEnd(supervisor);
            assertThat(Files.readString(directory.resolve("logs/forkless.log"))).contains("stopped: DRAINED");
        }
    }

    // E5

    @ParameterizedTest
    @ValueSource(strings = {"%s > log 2>&1", "%s > log 2>&1 &", "%s 2>&1 | tee log"})
    void a_supervisor_whose_terminal_is_closed_drains_and_ends(String job) throws Exception {
        long supervisor;
        try (PseudoTerminal terminal = new PseudoTerminal(directory)) {
            terminal.type(job.formatted(shell(sleepers())));
            terminal.awaitThat("it runs", () -> log().contains("worker 1 (pid "));
            supervisor = pid();
        }
        awaitEnd(supervisor);
        assertThat(pidFile()).doesNotExist();
        if (!job.contains("tee")) { // which the same HUP has ended
            assertThat(log())
                    .contains("SIGHUP: the terminal was closed", "stopped: DRAINED")
                    .doesNotContain("restarting");
        }
    }

    @Test
    void hup_is_a_restart_while_there_is_a_terminal_and_nothing_below_nohup() throws Exception {
        try (PseudoTerminal terminal = new PseudoTerminal(directory)) {
            terminal.type(shell(sleepers()) + " > log 2>&1 &");
            terminal.awaitThat("it runs", () -> log().contains("worker 1 (pid "));
            PosixSignals.send("HUP", pid());
            terminal.awaitThat("it restarts", () -> log().contains("restarting 2 workers"));
            long first = pid();
            PosixSignals.send("TERM", first);
            awaitEnd(first);

            terminal.type("nohup " + shell(sleepers()) + " > log 2>&1 &");
            terminal.awaitThat("it runs", () -> log().contains("worker 1 (pid ") && pid() != first);
        }
        PosixSignals.send("HUP", pid());
        TimeUnit.SECONDS.sleep(1); // nothing tells that nothing comes of it
        assertThat(log()).doesNotContain("SIGHUP", "restarting", "stopping");
        PosixSignals.send("TERM", pid());
        awaitEnd(pid());
        assertThat(log()).contains("stopped: DRAINED");
    }

    // E8

    /** Each line that it writes to the terminal is a TTOU to the whole job. */
    @ParameterizedTest
    @ValueSource(strings = {"%s &", "%s > log &", "%s 2>&1 | tee log &", "%s > log 2>&1 &"})
    void a_job_in_the_background_of_a_terminal_that_stops_who_writes_serves_and_does_not_scale(String job)
            throws Exception {
        try (PseudoTerminal terminal = new PseudoTerminal(directory)) {
            terminal.type("stty tostop");
            terminal.type(job.formatted(shell(sleepers())));
            terminal.awaitThat("it has workers", () -> workersOf(pid()).size() == 2);
            long supervisor = pid();
            Set<Long> workers = workersOf(supervisor);
            Duration before = processorTime(supervisor);
            for (int i = 0; i < 20; i++) {
                PosixSignals.send("USR1", supervisor); // of which it has something to say
                TimeUnit.MILLISECONDS.sleep(100);
            }
            assertThat(processorTime(supervisor).minus(before)).isLessThan(Duration.ofSeconds(1));
            assertThat(workersOf(supervisor)).isEqualTo(workers);
            assertThat(stat(supervisor).get(0)).isNotEqualTo("T");
            PosixSignals.send("TERM", supervisor);
            awaitEnd(supervisor);
        }
    }

    // N4 and A7

    @Test
    @Tag("long")
    void what_is_meant_for_the_supervisor_ends_and_stops_no_worker_at_any_moment_of_its_life() throws Exception {
        try (RunningProgram forkless = serving(2)) {
            // Booting: from the moment in which the kernel knows that it ignores them.
            long booting = firstWorker(forkless);
            forkless.awaitThat("a worker that boots ignores them", () -> ignores(booting, USR1));
            while (forkless.count("worker 0 (pid " + booting + "): READY") == 0) {
                signalAll(booting);
                assertThat(forkless.output()).doesNotContain("exited", "killed");
            }

            forkless.awaitLine("all 2 workers are READY");
            Set<String> answers = forkless.answersOfAll(2);
            for (String answer : answers) {
                signalAll(Long.parseLong(answer.replaceAll(".* pid ", "").strip()));
            }
            signalGroup("USR1", forkless);
            forkless.awaitLine("SIGUSR1: ");
            signalGroup("USR2", forkless);
            assertThat(forkless.answersOfAll(2)).isEqualTo(answers);

            signalGroup("TTIN", forkless);
            forkless.awaitLine("worker 2 (pid ");
            signalGroup("TTOU", forkless);
            forkless.awaitLine("scaling from 3 to 2 workers");

            // Draining, with a request under way.
            try (HttpConnection client = new HttpConnection(forkless.port())) {
                client.send("/", false, 1);
                long draining = Long.parseLong(
                        client.receive().replaceAll(".* pid ", "").strip());
                CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> {
                    try {
                        client.send("/sleep?ms=4000", true, 1);
                        return client.receive();
                    } catch (IOException e) {
                        return e.toString();
                    }
                });
                TimeUnit.MILLISECONDS.sleep(500); // until it is there
                PosixSignals.send("TERM", draining);
                forkless.awaitLine("draining: SIGTERM");
                signalAll(draining);
                assertThat(answer.join()).endsWith(" pid " + draining);
            }
            forkless.answersOfAll(2);

            signalGroup("HUP", forkless);
            forkless.awaitLine("restarted 2 workers");
            signalGroup("INT", forkless);
            assertThat(forkless.awaitExit()).as(forkless.output()).isZero();
            assertThat(forkless.output()).doesNotContain("killed by", "exited with status 1");
        }
    }

    /** As of systemd's default KillMode, {@code timeout} and {@code kill -- -PGID}. */
    @Test
    @Tag("long")
    void term_to_all_processes_of_a_service_loses_no_request() throws Exception {
        try (RunningProgram forkless = serving(2)) {
            forkless.awaitLine("all 2 workers are READY");
            try (Load load = Load.start(forkless.port(), 16, Manner.KEEP_ALIVE, Manner.CLOSE)) {
                load.awaitMore(1000);
                load.stopWhenRefused();
                signalGroup("TERM", forkless);
                assertThat(forkless.awaitExit()).as(forkless.output()).isZero();
                load.join();
                assertThat(load.lost()).as("%s%n%s", load, forkless.output()).isZero();
            }
            assertThat(forkless.count("draining: asked by the supervisor")).isEqualTo(2);
        }
    }

    // E7

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sockets_that_systemd_meant_for_a_script_are_named_with_the_remedy(boolean listens) throws Exception {
        String tool = "/usr/bin/systemd-socket-activate";
        assumeTrue(Files.isExecutable(Path.of(tool)), tool + " is not there");
        int port = FreePort.any();
        Path script = Files.writeString(directory.resolve("script"), "\"$@\"\necho status: $?\n");
        List<String> arguments = new ArrayList<>(List.of("run", "--workers", "1", "--max-failed-starts", "1"));
        arguments.addAll(listens ? List.of("--listen", "127.0.0.1:" + port) : List.of());
        arguments.add("--");
        arguments.addAll(RunningProgram.workers(directory, EXAMPLE).stream()
                .map(word -> word.equals("0") ? Integer.toString(port) : word)
                .toList());
        List<String> prefix = List.of(tool, "-l", "127.0.0.1:" + port, "sh", script.toString());
        try (RunningProgram service = RunningProgram.command(directory, Map.of(), prefix, arguments)) {
            service.awaitLine("Listening on 127.0.0.1:" + port);
            CompletableFuture<?> client = CompletableFuture.runAsync(() -> {
                try (HttpConnection connection = new HttpConnection(port)) {
                    connection.send("/", true, 1);
                    connection.receive();
                } catch (IOException e) {
                    // nobody answers, as the service does not start
                }
            });
            service.awaitLine("status: " + (listens ? 3 : 4));
            long scriptPid = service.handle().pid();
            assertThat(service.output())
                    .contains("the sockets that systemd has opened (LISTEN_FDS) are meant for the process " + scriptPid)
                    .contains("bind: EADDRINUSE (98): the sockets that systemd has opened")
                    .contains("put 'exec' before");
            service.awaitExit();
            client.join();
        }
    }

    private RunningProgram serving(int workers) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "run",
                "--workers",
                Integer.toString(workers),
                "--boot-timeout",
                "300",
                "--listen",
                "127.0.0.1:0",
                "--"));
        arguments.addAll(RunningProgram.workers(directory, EXAMPLE));
        // In a process group of its own, so that a signal to the group is none to this test.
        return RunningProgram.command(directory, Map.of(), List.of("setsid"), arguments);
    }

    private static long firstWorker(RunningProgram forkless) {
        forkless.awaitLine("worker 0 (pid ");
        return Long.parseLong(forkless.output().replaceAll("(?s).*?worker 0 \\(pid (\\d+)\\).*", "$1"));
    }

    private static void signalAll(long pid) throws IOException, InterruptedException {
        for (String signal : LEFT_TO_THE_SUPERVISOR) {
            PosixSignals.send(signal, pid);
        }
        assertThat(stat(pid).get(0)).as("state").isNotEqualTo("T");
    }

    private static void signalGroup(String signal, RunningProgram forkless) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder(
                        "kill", "-" + signal, "--", "-" + forkless.handle().pid())
                .start();
        assertThat(kill.waitFor()).isZero();
    }

    /** The words of the command with workers that serve nothing. */
    private List<String> sleepers() {
        return List.copyOf(words(
                "run",
                "--pid-file",
                pidFile().toString(),
                "--workers",
                "2",
                "--boot-timeout",
                "600",
                "--",
                "sleep",
                "600"));
    }

    /** With workers of the example. */
    private List<String> forkless(String... arguments) {
        List<String> command = words(arguments);
        command.addAll(List.of("--boot-timeout", "300", "--"));
        command.addAll(RunningProgram.workers(directory, EXAMPLE));
        return command;
    }

    private List<String> words(String... arguments) {
        return new ArrayList<>(JavaProgram.ofJar(System.getProperty("forkless.it.supervisorJar"), arguments)
                .launchedBy(Machine.java())
                .temporary(directory)
                .command());
    }

    private static String shell(List<String> words) {
        return words.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    private Path pidFile() {
        return directory.resolve("pid");
    }

    private long pid() throws IOException {
        return Long.parseLong(Files.readString(pidFile()).strip());
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("log"));
    }

    private static void awaitEnd(long pid) {
        await("process " + pid + " has ended")
                .atMost(RunningProgram.PATIENCE)
                .until(() ->
                        ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    }

    private static Set<Long> workersOf(long supervisor) {
        return ProcessHandle.of(supervisor).stream()
                .flatMap(ProcessHandle::children)
                .filter(child -> child.info().command().orElse("").endsWith("sleep"))
                .map(ProcessHandle::pid)
                .collect(Collectors.toSet());
    }

    private static Duration processorTime(long pid) {
        return ProcessHandle.of(pid).orElseThrow().info().totalCpuDuration().orElseThrow();
    }

    /** The fields from the state on; proc_pid_stat(5). */
    private static List<String> stat(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        return List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
    }

    private static boolean ignores(long pid, int signal) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            long ignored = lines.filter(line -> line.startsWith("SigIgn:"))
                    .mapToLong(line -> Long.parseUnsignedLong(line.split("\\s+")[1], 16))
                    .sum();
            return (ignored >> (signal - 1) & 1) == 1;
        }
    }
}
