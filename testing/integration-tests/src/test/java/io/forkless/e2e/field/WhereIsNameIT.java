package io.forkless.e2e.field;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forkless.testing.PosixSignals;
import io.forkless.testing.Privileges;
import io.forkless.testing.ShortTempDir;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** "Where is the supervisor web" has one answer, whoever asks; and what is needed while it runs is made again. */
@DisabledIf(
        value = "io.forkless.e2e.Machine#isWindows",
        disabledReason = "there is no other user and no such cleaner on Windows")
class WhereIsNameIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int NAMELESS = 54321;
    private static final String WEB = "web";
    private static final String[] STATUS = {"status", "--name", WEB};

    @TempDir(factory = ShortTempDir.class)
    private Path directory;

    private Path temporary;
    private Caller caller;

    @BeforeEach
    void everybody_may_use_the_temporary_directory() throws Exception {
        temporary = directoryForAll("tmp");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        caller = new Caller(directoryForAll("here"), temporary);
    }

    /** Of cron and systemd, of a log-in, of su and sudo, and of a script that has set what it likes. */
    private Map<String, Map<String, String>> environments() throws IOException {
        String runtime = Files.createDirectories(directory.resolve("run")).toString();
        String home = Files.createDirectories(directory.resolve("home")).toString();
        Map<String, Map<String, String>> all = new LinkedHashMap<>();
        all.put("none", Map.of());
        all.put("log-in", Map.of("XDG_RUNTIME_DIR", runtime, "HOME", home, "USER", "somebody"));
        all.put("sudo", Map.of("HOME", "/root", "USER", "root", "LOGNAME", "root", "TMPDIR", home));
        all.put("odd", Map.of("XDG_RUNTIME_DIR", "relative", "HOME", "?", "TMPDIR", "/nonexistent", "USER", "?"));
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "log-in", "odd"})
    void one_that_was_started_in_one_environment_is_found_from_every_other_one(String first) throws Exception {
        Map<String, Map<String, String>> environments = environments();
        try (Service service = new Service(caller.in(environments.get(first)), 1, "--name", WEB)) {
            for (Map.Entry<String, Map<String, String>> environment : environments.entrySet()) {
                Caller other = caller.in(environment.getValue());
                assertThat(other.call(STATUS).assertStatus(0).text())
                        .as(environment.getKey())
                        .contains("supervisor web (pid " + service.pid() + ")");
                if (!environment.getKey().equals(first)) {
                    assertThat(other.call("run", "--name", WEB, "--", "sleep", "60")
                                    .assertStatus(3)
                                    .text())
                            .as(environment.getKey())
                            .contains("a supervisor named 'web' is running already (pid " + service.pid() + ")");
                }
            }
            assertThat(service.terminate()).as("%s", service).isZero();
        }
        assertThat(temporary).isEmptyDirectory();
        assertThat(directory.resolve("run")).isEmptyDirectory();
    }

    @Test
    void a_directory_that_was_chosen_is_the_one_and_only() throws Exception {
        Path chosen = directory.resolve("chosen");
        Caller other = caller.in(Map.of("FORKLESS_RUNTIME_DIR", chosen.toString()));
        try (Service service = new Service(caller, 1, "--name", WEB, "--runtime-dir", chosen.toString())) {
            assertThat(temporary).isEmptyDirectory();
            other.call(STATUS).assertStatus(0);
            caller.call("status", "--runtime-dir", chosen.toString()).assertStatus(0);
            assertThat(caller.call(STATUS).assertStatus(3).text())
                    .startsWith("forkless: no supervisor named 'web' is running; looked in " + temporary + "/forkless-")
                    .contains(", " + temporary + "; one that was started with --runtime-dir or FORKLESS_RUNTIME_DIR is")
                    .hasLineCount(1);
            other.call("stop", "--name", WEB).assertStatus(0);
            assertThat(service.awaitEnd()).as("%s", service).isZero();
        }
        assertThat(chosen).isEmptyDirectory();
    }

    @Test
    void what_a_cleaner_removes_is_made_again_and_workers_are_replaced() throws Exception {
        try (Service service = new Service(caller, 2, "--name", WEB)) {
            Path base = only(temporary);
            Path own = Files.list(base).filter(Files::isDirectory).findFirst().orElseThrow();
            survives(service, "the private directory", own, path -> true);
            survives(
                    service,
                    "scoreboard and endpoint",
                    base,
                    path -> path.toString().matches(".*(scoreboard|\\.endpoint)"));
            survives(service, "the control socket", own, path -> path.endsWith("control.sock"));
            survives(service, "the runtime directory", base, path -> true);

            caller.call("restart", "--name", WEB).assertStatus(0);
            caller.call("stop", "--name", WEB).assertStatus(0);
            assertThat(service.awaitEnd()).as("%s", service).isZero();
            assertThat(service.output()).doesNotContain("cannot be made again");
        }
        assertThat(temporary).isEmptyDirectory();
    }

    /** Removes it, kills a worker, and sees that all is as before. */
    private void survives(Service service, String what, Path below, Predicate<Path> removed) throws Exception {
        Set<Long> before = service.awaitAnswersOfAll();
        long victim = before.iterator().next();

        remove(below, removed);
        ProcessHandle.of(victim).orElseThrow().destroyForcibly();

        assertThat(service.awaitAnswersOfAll()).as(what).hasSize(2).doesNotContain(victim);
        await(what)
                .atMost(SOON)
                .untilAsserted(
                        () -> assertThat(caller.call(STATUS).assertStatus(0).text())
                                .contains("supervisor web (pid " + service.pid() + ")"));
        assertThat(service.output()).as(what).contains("they have been made again: ");
        assertThat(caller.call("run", "--name", WEB, "--", "sleep", "60")
                        .assertStatus(3)
                        .text())
                .contains("is running already");
    }

    @Test
    void a_name_that_another_one_took_while_the_file_was_gone_stays_with_it() throws Exception {
        try (Service first = new Service(caller, 1, "--name", WEB)) {
            Path base = only(temporary);
            PosixSignals.stop(first.pid());
            remove(base, path -> path.endsWith("web.endpoint"));
            try (Service second = new Service(caller, 1, "--name", WEB)) {
                PosixSignals.send("CONT", first.pid());
                first.awaitOutput("cannot be made again (the next attempt follows in a second): " + base
                        + "/web.endpoint: a supervisor named 'web' is running already (pid " + second.pid() + ")");
                assertThat(caller.call(STATUS).assertStatus(0).text()).contains("(pid " + second.pid() + ")");
                caller.call("stop", "--name", WEB).assertStatus(0);
            }
            await().atMost(SOON)
                    .untilAsserted(
                            () -> assertThat(caller.call(STATUS).assertStatus(0).text())
                                    .contains("(pid " + first.pid() + ")"));
            assertThat(first.terminate()).as("%s", first).isZero();
        }
    }

    @Test
    @Tag("root")
    void root_names_the_supervisor_of_another_user_and_nobody_else_does() throws Exception {
        assumeTrue(Privileges.canBecomeNobody(), Privileges.REASON);
        Caller nobody = caller.below(Privileges.AS_NOBODY);
        try (Service service = new Service(nobody, 1, "--name", WEB)) {
            for (String user : List.of("nobody", "65534")) {
                assertThat(caller.call("status", "--name", WEB, "--user", user)
                                .assertStatus(0)
                                .text())
                        .contains("supervisor web (pid " + service.pid() + ")");
            }
            assertThat(caller.call(STATUS).assertStatus(3).text()).contains("; user nobody has one: --user nobody");
            assertThat(caller.call("status", "--user", "no-such-user")
                            .assertStatus(3)
                            .text())
                    .isEqualTo("forkless: there is no user 'no-such-user'\n");
            assertThat(nobody.call("status", "--user", "root").assertStatus(3).text())
                    .isEqualTo(
                            "forkless: the supervisors of user 'root' obey that user and root alone, and you are nobody\n");
            nobody.call("status", "--user", "nobody").assertStatus(0);
            caller.call("restart", "--user", "nobody").assertStatus(0);
            caller.call("stop", "--user", "nobody").assertStatus(0);
            assertThat(service.awaitEnd()).as("%s", service).isZero();
        }
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    @Tag("root")
    void a_user_without_a_name_is_served_and_leaves_nothing() throws Exception {
        assumeTrue(Privileges.canBecomeNobody(), Privileges.REASON);
        Caller nameless = caller.below(
                List.of("setpriv", "--reuid=" + NAMELESS, "--regid=" + NAMELESS, "--clear-groups", "--inh-caps=-all"));
        try (Service service = new Service(nameless, 1, "--name", WEB)) {
            assertThat(service.awaitAnswersOfAll()).hasSize(1);
            assertThat(temporary.resolve("forkless-" + NAMELESS)).isDirectory();
            nameless.call(STATUS).assertStatus(0);
            nameless.call("doctor").assertStatus(0);
            caller.call("status", "--user", Integer.toString(NAMELESS)).assertStatus(0);
            assertThat(service.terminate()).as("%s", service).isZero();
        }
        assertThat(temporary).isEmptyDirectory();
        assertThat(caller.directory()).isEmptyDirectory();
    }

    @Test
    @Tag("root")
    void the_directory_of_somebody_else_is_refused_with_his_name_and_the_way_out() throws Exception {
        assumeTrue(Privileges.isRoot(), "only root can give a directory away");
        Path base = Files.createDirectory(temporary.resolve("forkless-0"));
        Files.setAttribute(base, "unix:uid", 65534);

        assertThat(caller.call("run", "--name", WEB, "--", "sleep", "60")
                        .assertStatus(3)
                        .text())
                .isEqualTo("forkless: cannot keep files in " + base
                        + ": it belongs to nobody and not to root; have its owner remove it, or choose another directory"
                        + " with --runtime-dir or FORKLESS_RUNTIME_DIR\n");
        Path chosen = directory.resolve("chosen");
        caller.call("run", "--runtime-dir", chosen.toString(), "--max-failed-starts", "1", "--", "false")
                .assertStatus(4);
        assertThat(base).isEmptyDirectory();
    }

    private Path directoryForAll(String name) throws IOException {
        Path made = Files.createDirectory(directory.resolve(name));
        return Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    private static Path only(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            return all.get(0);
        }
    }

    /** The directory itself as well, if it is of those. */
    private static void remove(Path directory, Predicate<Path> removed) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file :
                    files.sorted(Comparator.reverseOrder()).filter(removed).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (DirectoryNotEmptyException | UncheckedIOException e) {
            // the supervisor has begun to make it again
        }
    }
}
