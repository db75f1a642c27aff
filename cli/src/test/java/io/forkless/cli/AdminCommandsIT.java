package io.forkless.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;
import static org.awaitility.Awaitility.await;

import io.forkless.cli.ForklessCommand.Result;
import io.forkless.supervisor.TestWorker;
import io.forkless.testing.PosixSignals;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.jr.ob.JSON;

/** A supervisor in the background, and the commands that operate it. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "it sends signals and runs shells")
@Execution(ExecutionMode.CONCURRENT)
class AdminCommandsIT extends ServiceCommands {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Pattern STARTED = Pattern.compile("supervisor \\S+ \\(pid (\\d+)\\)");

    private final List<ProcessHandle> supervisors = new ArrayList<>();
    private Path logs;

    @BeforeEach
    void choose_a_log_directory() {
        logs = directory.resolve("logs");
    }

    @AfterEach
    void nothing_is_left() throws Exception {
        for (ProcessHandle supervisor : supervisors) {
            supervisor.descendants().forEach(ProcessHandle::destroyForcibly);
            supervisor.destroyForcibly();
            supervisor.onExit().join();
        }
    }

    @Test
    void the_life_of_a_service() throws Exception {
        Result started = start("--name", "web", "-w", "2", "-l", "127.0.0.1:0");
        assertThat(started.status()).as(started.err() + supervisorLog()).isZero();
        assertThat(started.out())
                .isEqualTo("all 2 workers are ready: supervisor web (pid "
                        + supervisors.get(0).pid() + "), log " + logs.resolve("forkless.log") + "\n");

        Result table = command("status", "--name", "web");
        assertThat(table.err()).isEmpty();
        assertThat(table.out().lines()).hasSize(4);
        assertThat(table.out().lines().skip(1).findFirst().orElseThrow())
                .containsSubsequence(
                        "WORKER", "PID", "STATE", "UPTIME", "RESTARTS", "ACCEPTED", "OPEN", "HEAP", "RSS", "LAST EXIT");
        assertThat(table.out().lines().skip(2))
                .allMatch(line -> line.matches(" +[01] +\\d+  READY +\\d+s +0 +0 +0 .*  -"));

        List<Long> before = pids();
        Result restarted = command("restart", "--name", "web");
        assertThat(restarted.err()).isEmpty();
        assertThat(restarted.out()).isEqualTo("restarted 2 workers\n");
        assertThat(pids()).hasSize(2).doesNotContainAnyElementsOf(before);
        assertThat(workers()).allMatch(worker -> worker.get("restarts").equals(1));

        assertThat(command("scale", "3").out()).isEqualTo("scaling to 3 workers\n");
        await().atMost(LIMIT).until(() -> states().equals(List.of("READY", "READY", "READY")));
        assertThat(command("scale", "--name", "web", "--", "-2").out()).isEqualTo("scaling to 1 workers\n");
        await().atMost(LIMIT).until(() -> states().equals(List.of("READY")));

        Files.move(logs.resolve("worker-0.log"), logs.resolve("archive"));
        assertThat(command("reopen-logs").out()).isEqualTo("reopened\n");

        Result stopped = command("stop");
        assertThat(stopped.err()).isEmpty();
        assertThat(stopped.out()).isEqualTo("draining 1 workers\nstopped\n");
        assertThat(supervisors.get(0).isAlive()).as("the process has gone, too").isFalse();
        assertThat(supervisorLog()).endsWith("stopped: DRAINED\n");
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void two_supervisors_do_not_disturb_each_other() throws Exception {
        assertThat(start("--name", "web", "-w", "1").status()).isZero();
        logs = directory.resolve("other-logs");
        assertThat(start("--name", "api", "-w", "2").status()).isZero();
        assertComplaint(command("status"), 3, "several supervisors are running; choose one with --name: api, web");
        assertThat(command("stop", "--name", "web").status()).isZero();
        assertThat(workers()).hasSize(2);
        assertThat(command("stop").status()).isZero();
        assertComplaint(command("status"), 3, "no supervisor is running");
    }

    @Test
    void a_supervisor_without_a_name_has_its_pid() throws Exception {
        assertThat(start("-w", "1").status()).isZero();
        String pid = Long.toString(supervisors.get(0).pid());
        assertThat(command("status", "--name", pid).out()).startsWith("supervisor " + pid + " (pid " + pid + ")\n");
        assertThat(command("stop").status()).isZero();
        assertThat(temporary).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status --name nosuch",
                "restart --name nosuch",
                "stop --name nosuch",
                "reopen-logs --name nosuch",
                "scale --name nosuch 2",
                "scale +2 --name nosuch"
            })
    void a_name_that_nobody_has_is_status_3(String command) throws Exception {
        assertComplaint(command(command.split(" ")), 3, "no supervisor named 'nosuch' is running");
    }

    @Test
    void what_the_supervisor_refuses_is_status_6() throws Exception {
        Path program = directory.resolve("program");
        install(program, worker(TestWorker.SERVE));
        try (ForklessCommand supervisor = run("-w", "1", "--name", "web", "--", program.toString())) {
            supervisor.awaitLog("all 1 workers are READY");
            assertComplaint(command("scale", "0"), 6, "workers: 0 is not between 1 and 1024");
            assertComplaint(command("scale", "10000"), 6, "workers: 10000 is not between 1 and 1024");
            assertComplaint(command("scale", "x"), 6, "scale: 'x' is not a number");
            assertComplaint(command("reopen-logs"), 6, "there are no log files: the supervisor runs without --log-dir");
            supervisor.signal("USR1");
            supervisor.awaitLog("SIGUSR1: there are no log files: the supervisor runs without --log-dir");
            List<Long> before = pids();
            install(program, "exit", "9");
            Result restart = command("restart");
            assertThat(restart.status()).isEqualTo(6);
            assertThat(restart.err())
                    .startsWith("forkless: restart aborted: replacement worker 1 (pid ")
                    .endsWith("failed: exited with status 9 before it was ready; 0 of 1 workers were replaced\n");
            assertThat(pids()).isEqualTo(before);
            supervisor.signal("HUP");
            supervisor.awaitLog("SIGHUP: restart aborted: replacement worker 1");
        }
    }

    @Test
    void a_supervisor_that_stands_still_is_not_waited_for() throws Exception {
        assertThat(start("--name", "web", "-w", "1").status()).isZero();
        long pid = supervisors.get(0).pid();
        PosixSignals.send("STOP", pid);
        try {
            long begun = System.nanoTime();
            Result status = command("status");
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(25));
            assertComplaint(
                    status,
                    3,
                    "the supervisor 'web' (pid " + pid + ") does not answer for 10 s: it hangs or has been stopped;"
                            + " continue it with 'kill -CONT " + pid + "', or end it with 'kill -KILL " + pid
                            + "', upon which its workers drain, or serve on until another one takes over");
        } finally {
            PosixSignals.send("CONT", pid);
        }
        assertThat(states()).containsExactly("READY");
    }

    @Test
    void what_a_supervisor_that_was_killed_has_left_is_in_nobodys_way() throws Exception {
        assertThat(start("--name", "web", "-w", "1", "--orphan-timeout", "0").status())
                .isZero();
        PosixSignals.send("KILL", supervisors.get(0).pid());
        supervisors.get(0).onExit().join();
        assertComplaint(command("status", "--name", "web"), 3, "no supervisor named 'web' is running");
        await().atMost(LIMIT).until(() -> {
            try (Stream<Path> files = Files.list(temporary)) {
                return files.filter(file -> file.getFileName().toString().startsWith("forkless"))
                        .findAny()
                        .isEmpty();
            }
        });
        assertThat(start("--name", "web", "-w", "1").status())
                .as("the name is free")
                .isZero();
    }

    @Test
    void start_needs_a_log_directory() throws Exception {
        Result result = command("start", "--", "true");
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).startsWith("forkless: --log-dir is missing: a process in the background needs it\n");
    }

    @Test
    void a_start_that_fails_says_why_and_has_the_status_of_the_run() throws Exception {
        Result notFound = command("start", "--log-dir", logs.toString(), "--", "nosuch-program");
        assertThat(notFound.status()).isEqualTo(127);
        assertThat(notFound.err())
                .isEqualTo(
                        "forkless: the supervisor has ended with status 127; its log is " + logs.resolve("forkless.log")
                                + "\nforkless: cannot start 'nosuch-program': command not found\n");

        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + other.getLocalPort();
            Result portTaken = start("-l", address);
            assertThat(portTaken.status()).isEqualTo(3);
            assertThat(portTaken.err()).contains("\nforkless: listen " + address + ": bind: EADDRINUSE (");
        }

        Result givenUp =
                command("start", "--log-dir", logs.toString(), "-w", "1", "--max-failed-starts", "1", "--", "false");
        assertThat(givenUp.status()).isEqualTo(4);
        assertThat(givenUp.err())
                .endsWith(
                        "\nforkless: gave up: worker 0: exited with status 1 before it was ready; 1 failed starts in a"
                                + " row\n");

        Result givenUpWhileWaitedFor = command(
                "start",
                "--log-dir",
                logs.toString(),
                "-w",
                "1",
                "--max-failed-starts",
                "1",
                "--",
                "sh",
                "-c",
                "sleep 2; exit 1");
        assertThat(givenUpWhileWaitedFor.status()).isEqualTo(4);
        assertThat(givenUpWhileWaitedFor.err())
                .endsWith(
                        "\nforkless: gave up: worker 0: exited with status 1 before it was ready; 1 failed starts in a"
                                + " row\n");

        assertThat(start("--name", "web", "-w", "1").status()).isZero();
        Result nameTaken = start("--name", "web", "-w", "1");
        assertThat(nameTaken.status()).isEqualTo(3);
        assertThat(nameTaken.err())
                .contains("\nforkless: a supervisor named 'web' is running already (pid "
                        + supervisors.get(0).pid() + ")");
        assertThat(states()).containsExactly("READY");
    }

    @Test
    void a_log_directory_that_cannot_be_written_is_status_3() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        assertThat(command("start", "--log-dir", file.toString(), "--", "true"))
                .satisfies(result -> assertThat(result.status()).isEqualTo(3))
                .satisfies(
                        result -> assertThat(result.err()).startsWith("forkless: log directory: cannot write " + file));
        Result run = command("run", "--log-dir", file.toString(), "--", "true");
        assertThat(run.status()).isEqualTo(3);
        assertThat(run.complaints())
                .singleElement()
                .asString()
                .startsWith("forkless: log directory: cannot write " + file);
    }

    @Test
    void the_pid_file_is_there_as_long_as_the_supervisor() throws Exception {
        Path pidFile = directory.resolve("pid");
        Files.writeString(pidFile, deadPid() + "\n"); // of one that was killed
        assertThat(start("-w", "1", "--pid-file", pidFile.toString()).status()).isZero();
        assertThat(pidFile).hasContent(supervisors.get(0).pid() + "\n");
        Result second = command("run", "--pid-file", pidFile.toString(), "--", "true");
        assertComplaint(
                second,
                3,
                "pid file " + pidFile + " names a running process (pid "
                        + supervisors.get(0).pid() + "); if that is not this service, remove the file");
        assertThat(pidFile).hasContent(supervisors.get(0).pid() + "\n");
        assertThat(command("stop").status()).isZero();
        assertThat(pidFile).doesNotExist();

        Path impossible = directory.resolve("missing/pid");
        Result unwritable = command("run", "--pid-file", impossible.toString(), "--", "true");
        assertThat(unwritable.status()).isEqualTo(3);
        assertThat(unwritable.err()).startsWith("forkless: pid file: cannot write " + impossible);
    }

    @Test
    void a_dry_run_shows_what_would_run_and_runs_nothing() throws Exception {
        Result result = command(
                "run", "--dry-run", "-w", "3", "-l", "8080", "--worker-env", "A=b=c", "--", "echo", "-x", "y z");
        assertThat(result).isEqualTo(new Result(0, result.out(), ""));
        assertThat(result.out()).isEqualTo("workers:  3\ncommand:  echo -x y z\nvariable: A=b=c\nlisten:   *:8080\n");
        assertThat(command("run", "--dry-run", "-w", "0", "--", "x").status()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            127 | command not found                            | nosuch
            127 | there is no such file                        | java -jar nosuch.jar
            126 | it is a directory                            | java -jar .
            126 | not executable                               | PLAIN
            3   | nosuch does not exist                        | --directory=nosuch java
            3   | plain is not a directory                     | --directory=PLAIN java
            """)
    void a_dry_run_ends_as_a_start_would_if_something_is_missing(int status, String message, String arguments)
            throws Exception {
        Path plain = Files.createFile(directory.resolve("plain"));
        for (List<String> command : List.of(List.of("run", "--dry-run"), List.of("run"))) {
            List<String> all = new ArrayList<>(command);
            all.addAll(List.of(arguments.replace("PLAIN", plain.toString()).split(" ")));
            Result result = command(all.toArray(String[]::new));
            assertThat(result.err().lines().toList())
                    .last()
                    .asString()
                    .startsWith("forkless: ")
                    .contains(message);
            assertThat(result.status()).isEqualTo(status);
        }
    }

    @Test
    void arguments_come_from_files_and_those_of_the_command_do_not() throws Exception {
        Path options = Files.writeString(directory.resolve("options"), "-w\n3\n--worker-env=A=b c\n");
        Path own = Files.writeString(directory.resolve("own"), "expanded");
        Result result = command("run", "@" + options, "--dry-run", "--", "java", "@" + own, "@@x", "-w", "9");
        assertThat(result.err()).isEmpty();
        assertThat(result.out())
                .contains("workers:  3\n", "command:  java @" + own + " @@x -w 9\n", "variable: A=b c\n");

        assertThat(start("@" + options).status()).isZero();
        assertThat(workers()).hasSize(3);
        assertThat(command("stop").status()).isZero();

        Path all = Files.writeString(
                directory.resolve("all"),
                "start\n--log-dir\n" + logs + "\n--max-failed-starts=1\n--\nsh\n-c\necho $0; exit 1\n");
        assertThat(command("@" + all, "@" + own).status()).isEqualTo(4);
        assertThat(logs.resolve("worker-0.log")).content().contains("@" + own + "\n");
    }

    @Test
    void workers_get_the_variables_they_are_to_have() throws Exception {
        try (ForklessCommand command = run(
                "-w",
                "1",
                "--worker-env",
                "A=b=c d",
                "--worker-env",
                "E=",
                "--",
                "sh",
                "-c",
                "echo \"<$A> <$E> <${E-unset}>\"; exec sleep 600")) {
            command.awaitOutput("[0] <b=c d> <> <>\n");
        }
        Result wrong = command("run", "--worker-env", "=x", "--", "true");
        assertThat(wrong.status()).isEqualTo(2);
    }

    @Test
    void signals_restart_scale_and_reopen() throws Exception {
        try (ForklessCommand supervisor =
                run("-w", "1", "--log-dir", logs.toString(), "--name", "web", "--", worker(TestWorker.SERVE))) {
            supervisor.awaitLog("all 1 workers are READY");
            long before = pids().get(0);
            supervisor.signal("HUP");
            supervisor.awaitLog("restarted 1 workers");
            assertThat(pids()).hasSize(1).doesNotContain(before);

            supervisor.signal("TTIN");
            await().atMost(LIMIT).until(() -> states().equals(List.of("READY", "READY")));
            supervisor.signal("TTOU");
            await().atMost(LIMIT).until(() -> states().equals(List.of("READY")));
            supervisor.signal("TTOU"); // one stays
            supervisor.awaitLog("scaling from 1 to 1 workers");

            Path log = Files.list(logs)
                    .filter(file -> file.toString().endsWith(".log"))
                    .findFirst()
                    .orElseThrow();
            Files.delete(log);
            supervisor.signal("USR1");
            supervisor.signal("TERM");
            Result result = supervisor.await();
            assertThat(result.status()).as(result.err()).isZero();
            assertThat(result.err()).doesNotContain("WARNING", "SEVERE");
        }
    }

    private Result start(String... options) throws Exception {
        Result result = start(logs, options, "--", worker(TestWorker.SERVE));
        Matcher matcher = STARTED.matcher(result.out());
        if (matcher.find()) {
            supervisors.add(ProcessHandle.of(Long.parseLong(matcher.group(1))).orElseThrow());
        }
        return result;
    }

    private List<Map<String, Object>> workers() throws Exception {
        Result result = command("status", "--json");
        assertThat(result.err()).isEmpty();
        Map<String, Object> status = JSON.std.mapFrom(result.out());
        assertThat(JSON.std.asString(status) + "\n")
                .as("one line and nothing else")
                .isEqualTo(result.out());
        assertThat(status).extracting("pid").isInstanceOfAny(Integer.class, Long.class);
        assertThat(status).extracting("name").isInstanceOf(String.class);
        List<Map<String, Object>> workers = new ArrayList<>();
        assertThat(status).extracting("workers").asInstanceOf(LIST).allSatisfy(worker -> {
            Map<?, ?> fields = (Map<?, ?>) worker;
            Map<String, Object> typed = new LinkedHashMap<>();
            fields.forEach((key, value) -> typed.put((String) key, value));
            assertThat(typed.keySet())
                    .containsExactly(
                            "index",
                            "pid",
                            "state",
                            "inStateMillis",
                            "uptimeMillis",
                            "restarts",
                            "accepted",
                            "open",
                            "heapUsed",
                            "resident",
                            "lastExit");
            workers.add(typed);
        });
        return workers;
    }

    private List<Long> pids() throws Exception {
        return workers().stream()
                .map(worker -> ((Number) worker.get("pid")).longValue())
                .toList();
    }

    private List<Object> states() throws Exception {
        return workers().stream().map(worker -> worker.get("state")).toList();
    }

    private String supervisorLog() throws Exception {
        Path log = logs.resolve("forkless.log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    private static void assertComplaint(Result result, int status, String message) {
        assertThat(result.complaints())
                .extracting(complaint -> complaint.replaceFirst("; looked in .*", ""))
                .containsExactly("forkless: " + message);
        assertThat(result.out()).isEmpty();
        assertThat(result.status()).isEqualTo(status);
    }

    private static long deadPid() throws Exception {
        Process process = new ProcessBuilder("true").start();
        process.waitFor();
        return process.pid();
    }
}
