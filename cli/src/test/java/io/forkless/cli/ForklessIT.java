package io.forkless.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forkless.cli.ForklessCommand.Result;
import io.forkless.internal.control.RuntimeDirectory;
import io.forkless.supervisor.TestWorker;
import io.forkless.testing.FreePort;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.Privileges;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged command, as a person or a service manager runs it. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "it sends signals and runs shells")
@Execution(ExecutionMode.CONCURRENT)
class ForklessIT {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"--help", "run --help", "doctor --help"})
    void help_explains_the_command(String arguments) throws Exception {
        Result result = ForklessCommand.run(directory, arguments.split(" "));
        assertThat(result.status()).isZero();
        assertThat(result.out()).startsWith("Usage: forkless");
        assertThat(result.err()).isEmpty();
    }

    @Test
    void help_names_every_exit_status() throws Exception {
        assertThat(ForklessCommand.run(directory, "run", "--help").out())
                .containsSubsequence(
                        "Exit status:", "  0 ", "  1 ", "  2 ", "  3 ", "  4 ", "  5 ", "  126 ", "  127 ");
    }

    @Test
    void version_is_one_line() throws Exception {
        Result result = ForklessCommand.run(directory, "--version");
        assertThat(result).isEqualTo(new Result(0, result.out(), ""));
        assertThat(result.out()).matches("forkless \\d+\\.\\d+\\.\\d+\\S* on Java .*\n");
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "the posix provider is known to fit on Linux")
    void doctor_shows_what_would_be_used() throws Exception {
        Result result = ForklessCommand.run(directory, "doctor");
        assertThat(result.status()).isZero();
        assertThat(result.out().lines())
                .anyMatch(line -> line.matches(
                        "posix +fits +SCM_RIGHTS on .*; stops: IP_MINTTL holds new clients off \\(chosen\\)"));
        assertThat(result.err()).isEmpty();
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "locales and systemd as on Linux")
    void doctor_warns_of_what_will_make_trouble_and_a_provider_fits_all_the_same() throws Exception {
        Map<String, String> environment = Map.of(
                "LC_ALL",
                "C",
                "LISTEN_FDS",
                "1",
                "LISTEN_PID",
                "1",
                "JDK_JAVA_OPTIONS",
                "-Xlog:gc:file=" + directory.resolve("gc.log"));
        try (ForklessCommand doctor = ForklessCommand.start(directory, environment, "doctor")) {
            Result result = doctor.await();
            assertThat(result.status()).isZero();
            assertThat(result.out().lines())
                    .anyMatch(line -> line.matches("warning +the encoding of this locale \\(LC_ALL=C\\) is .*"))
                    .anyMatch(line -> line.matches(" +remedy: set LC_ALL=C\\.UTF-8.*"))
                    .anyMatch(line -> line.matches("warning .*\\(LISTEN_FDS\\) are for the process 1 .*"))
                    .anyMatch(line -> line.matches("warning +JDK_JAVA_OPTIONS has .*"));
        }
    }

    @Test
    void doctor_says_that_the_provider_of_the_environment_is_not_there() throws Exception {
        try (ForklessCommand doctor =
                ForklessCommand.start(directory, Map.of("FORKLESS_PROVIDER", "nosuch"), "doctor")) {
            assertProviderMissing(doctor.await());
        }
    }

    @Test
    void doctor_says_that_the_provider_of_the_property_is_not_there() throws Exception {
        try (ForklessCommand doctor = ForklessCommand.withOption(directory, "-Dforkless.provider=nosuch", "doctor")) {
            assertProviderMissing(doctor.await());
        }
    }

    private static void assertProviderMissing(Result result) {
        assertThat(result.status()).isEqualTo(3);
        assertThat(result.out())
                .contains("listener provider 'nosuch' cannot be used")
                .doesNotContain("(chosen)");
    }

    /** More of wrong command lines has {@link CommandLineTest}. */
    static Stream<Arguments> mistakes() {
        String listen = "--listen";
        return Stream.of(
                mistake(2, "Missing required parameter: 'COMMAND'", List.of("run")),
                mistake(
                        2,
                        "Invalid value for option '--max-rss': '17592186044417' is too big",
                        List.of("run", "--max-rss", "17592186044417", "true")),
                mistake(
                        3,
                        ": there is no user 'no-such-user'",
                        List.of("run", listen, "unix:x", "--socket-owner", "no-such-user", "true")),
                mistake(
                        3,
                        ": there is no group 'no-such-group'",
                        List.of("run", listen, "unix:x", "--socket-group", "no-such-group", "true")),
                mistake(
                        3,
                        "forkless: listen nosuch.invalid:80: unknown host 'nosuch.invalid'",
                        List.of("run", listen, "nosuch.invalid:80", "true")),
                mistake(
                        3,
                        "forkless: listener provider 'nosuch' cannot be used",
                        List.of("run", "--provider", "nosuch", "true")),
                mistake(
                        127,
                        "forkless: cannot start 'nosuch-program': command not found",
                        List.of("run", "--", "nosuch-program", "x")),
                mistake(126, "forkless: cannot start '/dev/null': not executable", List.of("run", "/dev/null")),
                mistake(126, "forkless: cannot start '/': not executable", List.of("run", "/")));
    }

    @ParameterizedTest
    @MethodSource
    void mistakes(int status, String message, List<String> arguments) throws Exception {
        Result result = ForklessCommand.run(directory, arguments.toArray(String[]::new));
        assertThat(result.status()).as(result.err()).isEqualTo(status);
        assertThat(result.complaints()).first().asString().contains(message);
        if (status != 2) { // which shows how to do it right
            assertThat(result.complaints()).hasSize(1);
        }
        assertThat(result.err()).doesNotContain("Exception", "\tat ");
    }

    @Test
    void a_port_in_use_is_one_line_and_status_3() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + other.getLocalPort();
            Result result = ForklessCommand.run(directory, "run", "-l", address, "true");
            assertThat(result.status()).isEqualTo(3);
            assertThat(result.complaints())
                    .singleElement()
                    .asString()
                    .startsWith("forkless: listen " + address + ": bind: EADDRINUSE (");
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "setpriv(1) and its limit on ports are of Linux")
    void a_privileged_port_is_one_line_and_status_3() throws Exception {
        int firstFree = Integer.parseInt(Files.readString(Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start"))
                .trim());
        assumeTrue(firstFree > 80, "this system lets everybody use port 80");
        Path mine = directory;
        List<String> asNobody = List.of();
        if (Privileges.isRoot()) {
            asNobody = Privileges.AS_NOBODY;
            mine = Files.createDirectory(Path.of("/tmp").resolve(directory.getFileName() + "-nobody"));
        }
        try {
            Path jar = Files.copy(ForklessCommand.jar(), mine.resolve("forkless.jar"));
            Files.createDirectory(mine.resolve("tmp"));
            for (Path path : List.of(mine, mine.resolve("tmp"))) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
            }
            try (ForklessCommand command = ForklessCommand.below(mine, jar, asNobody, "run", "-l", "80", "true")) {
                Result result = command.await();
                assertThat(result.status()).as(result.err()).isEqualTo(3);
                assertThat(result.complaints())
                        .singleElement()
                        .asString()
                        .startsWith("forkless: listen *:80: bind: EACCES (13)");
            }
        } finally {
            if (Privileges.isRoot()) {
                deleteAll(mine);
            }
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "the posix provider is known to fit on Linux")
    void a_path_has_the_mode_that_was_asked_for_and_is_gone_at_the_end() throws Exception {
        Path path = directory.resolve("web.sock");
        List<String> arguments = new ArrayList<>(List.of("run", "-w", "1", "-l", "unix:" + path));
        arguments.addAll(List.of("--socket-mode", "0606", "--socket-owner", System.getProperty("user.name"), "--"));
        arguments.addAll(JavaProgram.of(TestWorker.class, TestWorker.SERVE, "unix:" + path)
                .command());
        try (ForklessCommand command = ForklessCommand.start(directory, arguments.toArray(String[]::new))) {
            command.awaitLog("are READY");
            assertThat(Files.getPosixFilePermissions(path)).isEqualTo(PosixFilePermissions.fromString("rw----rw-"));
            SocketChannel.open(UnixDomainSocketAddress.of(path)).close();
            command.signal("TERM");
            assertThat(command.await().status()).isZero();
            assertThat(path).doesNotExist();
        }
    }

    @Test
    void a_program_that_asks_for_every_address_serves_from_the_only_one_on_its_port() throws Exception {
        int port = FreePort.any();
        List<String> arguments = new ArrayList<>(List.of("run", "-w", "1", "-l", "127.0.0.1:" + port, "--"));
        arguments.addAll(
                JavaProgram.of(TestWorker.class, TestWorker.SERVE, "*:" + port).command());
        try (ForklessCommand command = ForklessCommand.start(directory, arguments.toArray(String[]::new))) {
            command.awaitLog("are READY");
            assertThat(command.err())
                    .contains(" asks for *:" + port + " and gets 127.0.0.1:" + port
                            + ", the only listener on that port, which serves no other address");
            SocketChannel.open(new InetSocketAddress("127.0.0.1", port)).close();
            command.signal("TERM");
            assertThat(command.await().status()).isZero();
        }
    }

    @Test
    void workers_that_exit_at_once_are_given_up_with_status_4() throws Exception {
        Result result = run(TestWorker.EXIT, "--max-failed-starts", "2");
        assertThat(result.status()).as(result.err()).isEqualTo(4);
        assertThat(result.complaints())
                .containsExactly(
                        "forkless: gave up: worker 0: exited with status 3 before it was ready; 2 failed starts in"
                                + " a row");
        assertThat(result.err())
                .contains("FAILED (exited with status 3 before it was ready; 2 failed starts in a row)");
    }

    @Test
    void two_supervisors_do_not_restart_at_the_same_pace() throws Exception {
        assertThat(delaysUntilGivenUp()).hasSize(3).isNotEqualTo(delaysUntilGivenUp());
    }

    private List<String> delaysUntilGivenUp() throws Exception {
        Result result = ForklessCommand.run(directory, "run", "-w", "1", "--max-failed-starts", "4", "false");
        return result.err()
                .lines()
                .filter(line -> line.contains("; next start in "))
                .map(line -> line.substring(line.indexOf("; next start in ")))
                .toList();
    }

    @Test
    void workers_that_are_never_ready_are_given_up_with_status_4() throws Exception {
        Result result = run(TestWorker.SILENT, "--boot-timeout", "1", "--max-failed-starts", "1");
        assertThat(result.status()).as(result.err()).isEqualTo(4);
        assertThat(result.err()).contains("not ready within 1000 ms; its threads follow");
    }

    @Test
    void a_second_supervisor_of_the_same_name_is_refused_with_status_3() throws Exception {
        try (ForklessCommand first = start(TestWorker.SERVE, "--name", "it")) {
            first.awaitLog("are READY");
            Result second;
            try (ForklessCommand command = ForklessCommand.withOption(
                    Files.createDirectory(directory.resolve("second")),
                    "-Djava.io.tmpdir=" + directory.resolve("tmp"),
                    arguments(TestWorker.SERVE, "--name", "it"))) {
                second = command.await();
            }
            assertThat(second.status()).isEqualTo(3);
            assertThat(second.complaints())
                    .singleElement()
                    .asString()
                    .startsWith("forkless: a supervisor named 'it' is running already (pid " + first.pid() + ")");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void a_signal_drains_and_nothing_is_left(String signal) throws Exception {
        try (ForklessCommand command = start(TestWorker.SERVE, "--name", "it", "-w", "2", "-l", "127.0.0.1:0")) {
            command.awaitLog("all 2 workers are READY");
            List<ProcessHandle> workers = command.descendants();
            assertThat(workers).hasSize(2);
            command.signal(signal);
            Result result = command.await();
            assertThat(result.status()).as(result.err()).isZero();
            assertThat(result.complaints())
                    .filteredOn(line -> !line.startsWith("["))
                    .isEmpty();
            assertThat(result.err()).contains("stopped: DRAINED").doesNotContain("WARNING");
            assertThat(workers).noneMatch(ProcessHandle::isAlive);
            assertThat(command.leftovers()).isEmpty();
        }
    }

    @Test
    void a_second_signal_kills_with_status_5() throws Exception {
        try (ForklessCommand command = start(TestWorker.DEAF, "-l", "127.0.0.1:0")) {
            command.awaitLog("are READY");
            command.signal("INT");
            command.awaitLog("DRAINING");
            command.signal("INT");
            Result result = command.await();
            assertThat(result.status()).isEqualTo(5);
            assertThat(result.err()).contains("killing all workers", "stopped: KILLED");
            assertThat(command.leftovers()).isEmpty();
        }
    }

    @Test
    void a_drain_time_out_kills_with_status_5() throws Exception {
        try (ForklessCommand command = start(TestWorker.DEAF, "--drain-timeout", "0.5")) {
            command.awaitLog("are READY");
            command.signal("TERM");
            Result result = command.await();
            assertThat(result.status()).isEqualTo(5);
            assertThat(result.err()).contains("killing it: not drained within 500 ms");
        }
    }

    @Test
    void a_signal_before_anything_is_ready_ends_it_with_status_0() throws Exception {
        try (ForklessCommand command = start(TestWorker.SILENT, "-l", "127.0.0.1:0")) {
            command.awaitLog("STARTING");
            command.signal("TERM");
            assertThat(command.await().status()).isZero();
            assertThat(command.leftovers()).isEmpty();
        }
    }

    @Test
    void what_follows_the_command_is_its_own() throws Exception {
        try (ForklessCommand command = ForklessCommand.start(
                directory,
                "run",
                "-w",
                "1",
                "sh",
                "-c",
                "echo \"$@\"; exec sleep 600",
                "x",
                "--help",
                "-w",
                "7",
                "--")) {
            command.awaitOutput("[0] --help -w 7 --\n");
        }
    }

    @Test
    void what_systemd_passes_on_is_not_for_the_workers() throws Exception {
        Map<String, String> environment = Map.of(
                "LISTEN_PID",
                "1",
                "LISTEN_FDS",
                "1",
                "LISTEN_FDNAMES",
                "http",
                "LISTEN_ADDRESS",
                "mine",
                "WATCHDOG_USEC",
                "1",
                "WATCHDOG_PID",
                "1");
        try (ForklessCommand command = ForklessCommand.start(
                directory, environment, "run", "-w", "1", "sh", "-c", "env; echo end; exec sleep 600")) {
            command.awaitOutput("[0] end\n");
            assertThat(command.out())
                    .contains("[0] LISTEN_ADDRESS=mine\n", "[0] FORKLESS_WORKER_INDEX=0\n")
                    .doesNotContain("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "WATCHDOG");
        }
    }

    @Test
    void both_streams_of_a_worker_have_its_index_in_front() throws Exception {
        try (ForklessCommand command = ForklessCommand.start(
                directory, "run", "-w", "2", "sh", "-c", "echo out; echo err >&2; exec sleep 600")) {
            for (String index : List.of("[0] ", "[1] ")) {
                command.awaitOutput(index + "out\n");
                command.awaitLog(index + "err\n");
            }
        }
    }

    @Test
    void sockets_are_made_in_the_directory_that_the_operator_has_chosen() throws Exception {
        Path runtime = directory.resolve("run");
        try (ForklessCommand command =
                start(TestWorker.SERVE, "--name", "it", RuntimeDirectory.OPTION, runtime.toString())) {
            command.awaitLog("are READY");
            try (Stream<Path> files = Files.walk(runtime)) {
                assertThat(files.map(file -> file.getFileName().toString())).contains("control.sock", "it.endpoint");
            }
            assertThat(command.leftovers()).isEmpty();
            command.signal("TERM");
            assertThat(command.await().status()).isZero();
            assertThat(runtime).isEmptyDirectory();
        }
    }

    private ForklessCommand start(String mode, String... options) throws Exception {
        return ForklessCommand.start(directory, arguments(mode, options));
    }

    private Result run(String mode, String... options) throws Exception {
        return ForklessCommand.run(directory, arguments(mode, options));
    }

    /** One worker in that mode, unless the options say otherwise. */
    private static String[] arguments(String mode, String... options) {
        List<String> arguments = new ArrayList<>(List.of("run"));
        if (!List.of(options).contains("-w")) {
            arguments.addAll(List.of("-w", "1"));
        }
        arguments.addAll(List.of(options));
        arguments.add("--");
        arguments.addAll(JavaProgram.of(TestWorker.class, mode, "127.0.0.1:0").command());
        return arguments.toArray(String[]::new);
    }

    private static Arguments mistake(int status, String message, List<String> arguments) {
        return Arguments.of(status, message, arguments);
    }

    private static void deleteAll(Path directory) throws Exception {
        List<Path> all;
        try (Stream<Path> files = Files.walk(directory)) {
            all = new ArrayList<>(files.toList());
        }
        for (int i = all.size() - 1; i >= 0; i--) {
            Files.delete(all.get(i));
        }
    }
}
