package io.forkless.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.cli.ForklessCommand.Result;
import io.forkless.internal.control.SupervisorLaunch;
import io.forkless.supervisor.TestWorker;
import io.forkless.testing.Client;
import io.forkless.testing.PosixSignals;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** {@code forkless upgrade}: another supervisor, and the workers stay. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "it sends signals and runs shells")
@Execution(ExecutionMode.CONCURRENT)
class UpgradeIT extends NamedService {
    @Test
    void another_supervisor_has_the_same_workers() throws Exception {
        startService();
        Service before = look();
        try (Client client = new Client(port)) {
            String who = client.ask("who");
            Result upgraded = upgrade();
            assertThat(upgraded)
                    .isEqualTo(new Result(
                            0,
                            "the supervisor with pid " + look().supervisor() + " has taken over from the one with pid "
                                    + before.supervisor() + "\n",
                            ""));
            assertThat(client.ask("who")).as("on the same connection").isEqualTo(who);
        }
        Service after = look();
        assertThat(after.supervisor()).isNotEqualTo(before.supervisor());
        assertThat(after.workers()).isEqualTo(before.workers());
        assertThat(after.states()).containsExactly("READY", "READY");
        assertThat(pidFile).hasContent(after.supervisor() + "\n");
        await().atMost(LIMIT).until(() -> ProcessHandle.of(before.supervisor()).isEmpty());

        assertObeys(before);
        assertThat(command("stop").out()).endsWith("stopped\n");
        assertThat(pidFile).doesNotExist();
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void another_command_is_rolled_out_and_stays_for_the_next_upgrade() throws Exception {
        startService();
        Service before = look();
        Result upgraded = upgrade("-w", "3", "--", worker(TestWorker.SAY_STDIN, address()));
        assertThat(upgraded.status()).as(upgraded.err()).isZero();
        Service after = look();
        assertThat(after.states()).containsExactly("READY", "READY", "READY");
        assertThat(after.workers()).doesNotContainAnyElementsOf(before.workers());

        assertThat(upgrade().status()).isZero();
        assertThat(look().workers()).isEqualTo(after.workers());
        assertThat(upgrade("--worker-env=A=b").status()).isZero();
        assertThat(look().workers()).hasSize(3).doesNotContainAnyElementsOf(after.workers());
    }

    @Test
    @Tag("long")
    void old_workers_serve_on_when_the_new_command_does_not_get_ready() throws Exception {
        startService();
        Service before = look();
        Result failed = upgrade("--", "false");
        assertThat(failed.status()).isEqualTo(6);
        assertThat(failed.err())
                .startsWith("forkless: restart aborted: replacement worker ")
                .contains("exited with status 1 before it was ready", "0 of 2 workers were replaced");
        Service after = look();
        assertThat(after.supervisor()).isNotEqualTo(before.supervisor());
        assertThat(after.workers()).isEqualTo(before.workers());
        assertThat(ask("who")).startsWith("worker ");

        assertThat(upgrade("--", serving()).status()).as("back").isZero();
        assertThat(look().workers()).isEqualTo(before.workers());
    }

    @Test
    void what_is_wrong_is_said_before_anything_happens() throws Exception {
        startService();
        Service before = look();
        expect(2, "Unknown option: '--wrkers'", upgrade("--wrkers", "3"));
        expect(2, "Invalid value for option '--workers'", upgrade("--workers", "x"));
        expect(2, "--listen: *:8080 is given twice", upgrade("-l", "8080", "-l", "*:8080"));
        expect(
                127,
                "cannot start 'java -jar missing.jar': there is no such file",
                upgrade("--", "java", "-jar", "missing.jar"));
        expect(126, "cannot start '/dev/null': not executable", upgrade("--", "/dev/null"));
        expect(
                3,
                "missing does not exist",
                upgrade("--directory", directory.resolve("missing").toString()));
        assertThat(look()).isEqualTo(before);
        assertThat(supervisorLog()).doesNotContain("is to take over");

        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String taken = "127.0.0.1:" + other.getLocalPort();
            Result failed = upgrade("-l", address(), "-l", taken);
            expect(6, "listen " + taken + ": bind: EADDRINUSE", failed);
            assertThat(failed.err())
                    .endsWith("; the supervisor with pid " + before.supervisor() + " is still in charge\n");
        }
        assertThat(look()).isEqualTo(before);
        assertThat(pidFile).hasContent(before.supervisor() + "\n");
        assertThat(command("scale", "3").status()).isZero();
        assertThat(command("restart").status()).isZero();
        assertThat(command("reopen-logs").status()).isZero();
        assertThat(look().workers()).hasSize(3).doesNotContainAnyElementsOf(before.workers());
        assertThat(upgrade().status())
                .as("nothing of the wrong options is left")
                .isZero();
        assertThat(command("stop").status()).isZero();
    }

    /** A worker that stands still holds the new one up. */
    @Test
    @Tag("long")
    void one_that_is_killed_while_it_takes_over_is_as_if_it_had_not_been() throws Exception {
        startService();
        Service before = look();
        before.workers().forEach(UpgradeIT::freeze);
        try (ForklessCommand upgrade = launch("upgrade", "--name", NAME)) {
            awaitLog("stepping down for the supervisor with pid ");
            awaitLog("waiting for 2 workers that an earlier supervisor has left");
            kill9(newSupervisor());
            Result failed = upgrade.await();
            expect(6, "the new supervisor (pid ", failed);
            assertThat(failed.err())
                    .endsWith("; the supervisor with pid " + before.supervisor() + " is still in charge\n");
        } finally {
            before.workers().forEach(UpgradeIT::thaw);
        }
        await().atMost(LIMIT).until(() -> look().equals(before));
        assertObeys(before);
        assertThat(upgrade().status()).isZero();
    }

    @Test
    @Tag("long")
    void of_two_at_once_one_wins() throws Exception {
        startService();
        Service before = look();
        try (ForklessCommand one = launch("upgrade", "--name", NAME);
                ForklessCommand other = launch("upgrade", "--name", NAME)) {
            List<Integer> statuses = List.of(one.await().status(), other.await().status());
            assertThat(statuses).as(one.err() + other.err()).contains(0).isSubsetOf(0, 3, 6);
        }
        Service after = look();
        assertThat(after.supervisor()).isNotEqualTo(before.supervisor());
        assertThat(after.workers()).isEqualTo(before.workers());
        assertThat(upgrade().status()).isZero();
    }

    @Test
    @Tag("long")
    @EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere what a worker prints meanwhile is lost")
    void a_run_in_the_foreground_stays_until_the_service_ends() throws Exception {
        String[] counting = {
            "sh", "-c", "(i=0; while kill -0 $$; do i=$((i+1)); echo line-$i; sleep 0.05; done) & exec \"$@\"", "sh"
        };
        try (ForklessCommand run = run(
                "--name", NAME, "-w", "2", "-l", address(), "--log-prefix", "<{index}> ", "--", counting, serving())) {
            run.awaitLog("all 2 workers are READY");
            Service before = look();
            assertThat(upgrade().status()).isZero();
            assertThat(upgrade().status()).as("once more").isZero();
            Service after = look();
            assertThat(after.supervisor()).isNotEqualTo(before.supervisor());
            assertThat(after.workers()).isEqualTo(before.workers());
            assertThat(ProcessHandle.of(run.pid()))
                    .as("whoever has started it waits for it")
                    .isPresent();
            int printed = lines(run.out(), 1).size();
            await().atMost(LIMIT).until(() -> lines(run.out(), 1).size() > printed + 20);
            run.signal("TERM");
            Result ended = run.await();
            assertThat(ended.status()).as(ended.err()).isZero();
            for (int worker = 0; worker < 2; worker++) {
                List<Integer> lines = lines(ended.out(), worker);
                assertThat(lines)
                        .as("none twice, and none is missing")
                        .containsExactlyInAnyOrderElementsOf(
                                IntStream.rangeClosed(1, lines.size()).boxed().toList());
            }
            assertThat(ProcessHandle.of(after.supervisor())).isEmpty();
        }
    }

    private static List<Integer> lines(String output, int worker) {
        return Pattern.compile("(?m)^<" + worker + "> line-(\\d+)$")
                .matcher(output)
                .results()
                .map((MatchResult line) -> Integer.parseInt(line.group(1)))
                .toList();
    }

    @Test
    @Tag("long")
    void one_that_has_no_name_or_no_record_is_left_as_it_is() throws Exception {
        Result started = start(logs, "-w", "1", "--", worker(TestWorker.SERVE));
        assertThat(started.status()).as(started.err()).isZero();
        Result unnamed = command("upgrade");
        expect(6, "the supervisor '", unnamed);
        assertThat(unnamed.err()).contains("cannot be upgraded: it was started without --name");
        assertThat(command("stop").status()).isZero();

        Result brief =
                start(logs, "--name", "brief", "--orphan-timeout", "0", "-w", "1", "--", worker(TestWorker.SERVE));
        assertThat(brief.status()).as(brief.err()).isZero();
        expect(6, "the supervisor 'brief'", command("upgrade"));
        assertThat(command("stop").status()).isZero();

        startService();
        Service before = look();
        Files.delete(files("/" + SupervisorLaunch.FILE).get(0));
        expect(6, "the supervisor 'web' (pid " + before.supervisor() + ") cannot be upgraded: ", upgrade());
        assertThat(look()).isEqualTo(before);
        expect(3, "no supervisor named 'other' is running", command("upgrade", "--name", "other"));
    }

    @Test
    @Tag("long")
    void files_of_arguments_are_read_again_wherever_it_is_called() throws Exception {
        Path home = Files.createDirectory(directory.resolve("home"));
        Path file = home.resolve("web.args");
        Files.writeString(file, "--name=web\n--log-dir=logs\n--workers=1\n");
        List<String> start = new ArrayList<>(List.of("start", "@web.args", "-l", address(), "--"));
        start.addAll(List.of(serving()));
        Result started = at(home, start.toArray(String[]::new));
        assertThat(started.status()).as(started.err()).isZero();
        Service before = look();

        Files.writeString(file, "--name=web\n--log-dir=logs\n--workers=2\n");
        assertThat(command("restart").out()).contains("'forkless upgrade --name web' applies it");
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Result upgraded = at(elsewhere, "upgrade", "--name", NAME);
        assertThat(upgraded.status()).as(upgraded.err()).isZero();
        await().atMost(LIMIT).until(() -> look().states(), List.of("READY", "READY")::equals);
        assertThat(elsewhere).isEmptyDirectory();

        Files.writeString(file, "--name=web\n--log-dir=logs\n--workers=3\n");
        assertThat(command("restart").out()).contains("'forkless upgrade --name web' applies it");
        logs = home.resolve("logs");
        Service upgradedOnce = look();
        kill9(upgradedOnce.supervisor());
        awaitSupervisorAfter(upgradedOnce.supervisor());
        assertThat(at(elsewhere, "upgrade", "--max-surge=2").status()).isZero();
        await().atMost(LIMIT).until(() -> look().states(), List.of("READY", "READY", "READY")::equals);
        assertThat(look().workers()).containsAll(upgradedOnce.workers());
        assertThat(before.supervisor()).isNotEqualTo(look().supervisor());
    }

    @Test
    @Tag("long")
    @EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere nobody tells where a process runs")
    void a_supervisor_that_was_started_by_way_of_a_link_follows_it_as_its_workers_do() throws Exception {
        Path current = directory.resolve("current");
        for (String release : List.of("1", "2", "3")) {
            Path home = Files.createDirectories(directory.resolve("releases").resolve(release));
            install(home.resolve("app"), serving());
            Files.writeString(home.resolve("web.args"), "--name=web\n--log-dir=logs\n--pid-file=web.pid\n-w=2\n");
        }
        deploy("1");
        Result started = at(current, "start", "@web.args", "-l", address(), "--", "./app");
        assertThat(started.status()).as(started.err()).isZero();
        logs = current.resolve("logs");

        List<Long> second = deployAndRestart("2");
        remove(directory.resolve("releases/1"));
        Result upgraded = upgrade();
        assertThat(upgraded.status()).as(upgraded.err()).isZero();
        Service after = look();
        assertIsAt("2", after, second);
        assertThat(current.resolve("web.pid")).hasContent(after.supervisor() + "\n");

        List<Long> third = deployAndRestart("3");
        remove(directory.resolve("releases/2"));
        kill9(after.supervisor());
        Service again = awaitSupervisorAfter(after.supervisor());
        assertIsAt("3", again, third);
        assertThat(current.resolve("web.pid")).hasContent(again.supervisor() + "\n");
        assertThat(supervisorLog()).contains("adopting 2 workers");

        Files.delete(current);
        String missing = "the directory " + current + ", in which it was started, does not exist";
        expect(3, "cannot start the new supervisor: " + missing, upgrade());
        assertThat(look()).isEqualTo(again);
        kill9(again.supervisor());
        await().atMost(LIMIT)
                .until(() -> contents(directory.resolve("releases/3/logs"))
                        .contains("the supervisor has died and cannot be started again: " + missing));
        assertThat(ask("who")).startsWith("worker ");
    }

    private List<Long> deployAndRestart(String release) throws Exception {
        deploy(release);
        assertThat(command("restart").status()).isZero();
        return look().workers();
    }

    private static String contents(Path directory) throws Exception {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }

    private void deploy(String release) throws Exception {
        Path link = directory.resolve("current");
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, Path.of("releases", release));
    }

    private static void remove(Path tree) throws Exception {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void assertIsAt(String release, Service service, List<Long> workers) throws Exception {
        assertThat(service.workers()).isEqualTo(workers);
        List<Long> all = new ArrayList<>(workers);
        all.add(service.supervisor());
        for (long pid : all) {
            assertThat(Files.readSymbolicLink(Path.of("/proc/" + pid + "/cwd")))
                    .isEqualTo(directory.toRealPath().resolve("releases").resolve(release));
        }
    }

    private Result at(Path place, String... arguments) throws Exception {
        List<String> prefix = List.of("sh", "-c", "cd \"$0\" && exec \"$@\"", place.toString());
        Path own = Files.createTempDirectory(directory, "at");
        try (ForklessCommand command =
                ForklessCommand.withOptionBelow(own, "-Djava.io.tmpdir=" + temporary, prefix, arguments)) {
            return command.await();
        }
    }

    @Test
    @Tag("long")
    void a_unix_path_stays() throws Exception {
        Path socket = Files.createTempDirectory("fl").resolve("s"); // a path of sockets is short
        try {
            Result started = start(
                    logs,
                    "--name",
                    NAME,
                    "-w",
                    "1",
                    "-l",
                    "unix:" + socket,
                    "--",
                    worker(TestWorker.SERVE, "unix:" + socket));
            assertThat(started.status()).as(started.err()).isZero();
            Object inode = Files.getAttribute(socket, "unix:ino");
            Service before = look();
            assertThat(upgrade().status()).isZero();
            assertThat(look().workers()).isEqualTo(before.workers());
            assertThat(Files.getAttribute(socket, "unix:ino")).isEqualTo(inode);
            try (Client client = new Client(UnixDomainSocketAddress.of(socket))) {
                assertThat(client.ask("who"))
                        .isEqualTo("worker 0 pid " + before.workers().get(0));
            }
            assertThat(command("stop").status()).isZero();
            assertThat(socket).doesNotExist();
        } finally {
            Files.deleteIfExists(socket);
            Files.delete(socket.getParent());
        }
    }

    /** The supervisor does as it is told, with the workers that there were before. */
    private void assertObeys(Service before) throws Exception {
        assertThat(command("scale", "3").status()).isZero();
        await().atMost(LIMIT).until(() -> look().states(), List.of("READY", "READY", "READY")::equals);
        assertThat(upgrade().status()).isZero();
        assertThat(look().workers()).hasSize(3).containsAll(before.workers());
        assertThat(upgrade("--workers", "2").status()).isZero();
        await().atMost(LIMIT).until(() -> look().states(), List.of("READY", "READY")::equals);

        assertThat(command("restart").status()).isZero();
        assertThat(look().workers()).hasSize(2).doesNotContainAnyElementsOf(before.workers());
    }

    private long newSupervisor() throws Exception {
        return Pattern.compile("stepping down for the supervisor with pid (\\d+)")
                .matcher(supervisorLog())
                .results()
                .map(found -> Long.parseLong(found.group(1)))
                .reduce((first, last) -> last)
                .orElseThrow();
    }

    private static void freeze(long pid) {
        send("STOP", pid);
    }

    private static void thaw(long pid) {
        send("CONT", pid);
    }

    private static void send(String signal, long pid) {
        try {
            PosixSignals.send(signal, pid);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void expect(int status, String message, Result result) {
        assertThat(result.status()).as(result.toString()).isEqualTo(status);
        assertThat(result.err().lines())
                .as(result.toString())
                .anySatisfy(line -> assertThat(line).startsWith("forkless: ").contains(message));
        assertThat(result.out()).isEmpty();
    }
}
