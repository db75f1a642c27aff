package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.testing.ChildJvm;
import io.forkless.testing.JavaProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Real workers in JVMs of their own, and a supervisor that is played by the test. */
class WorkerTest {
    private static final long AMPLE = 60_000;
    private static final String NO_SIGNALS = "there are no signals on Windows";

    private TestSupervisor supervisor;

    @BeforeEach
    void start() throws IOException {
        supervisor = new TestSupervisor();
    }

    @AfterEach
    void stop() throws IOException {
        supervisor.close();
    }

    @Test
    void a_process_that_no_supervisor_started_is_no_worker() throws Exception {
        for (Map<String, String> environment :
                List.of(Map.<String, String>of(), Map.of(BootstrapFile.ENVIRONMENT, ""))) {
            try (ChildJvm jvm = ChildJvm.start(environment, JavaProgram.of(WorkerProgram.class, "current"))) {
                assertThat(jvm.awaitExit()).isZero();
                assertThat(jvm.output()).isEqualTo("current: unsupervised\n");
            }
        }
    }

    @Test
    void a_worker_introduces_itself_asks_for_listeners_and_reports_readiness() throws Exception {
        try (ChildJvm jvm = worker("current", "current", "listen", "ready", "wait")) {
            assertThat(supervisor.nextLine()).isEqualTo("hello 1 " + TestSupervisor.TOKEN + " " + jvm.pid());
            supervisor.send("welcome " + AMPLE + " 1000");

            assertThat(supervisor.nextLine()).isEqualTo("listen 1 1024 false 127.0.0.1:8080");
            supervisor.send("refused 1 listen 127.0.0.1:8080: not granted");
            assertThat(supervisor.nextLine()).isEqualTo("ready");

            jvm.awaitOutput("waiting");
            assertThat(jvm.output())
                    .isEqualTo("current: worker 5\ncurrent: worker 5\n"
                            + "listen: listen 127.0.0.1:8080: not granted\nready: said\nwaiting, draining: false\n");
            assertThat(supervisor.bootstrap).doesNotExist();
        }
    }

    @Test
    void a_worker_is_ready_when_the_last_hold_is_released_and_unready_while_there_is_one() throws Exception {
        try (ChildJvm jvm =
                worker("hold", "hold", "ready", "hold", "release", "release", "release", "hold", "release", "wait")) {
            supervisor.welcome(AMPLE);

            assertThat(supervisor.nextLine()).isEqualTo("ready");
            assertThat(supervisor.nextLine()).isEqualTo("unready");
            assertThat(supervisor.nextLine()).isEqualTo("ready");
            jvm.awaitOutput("waiting");
            supervisor.send("drain");
            assertThat(supervisor.nextLine()).isEqualTo("bye");
        }
    }

    @Test
    void a_ticket_of_a_provider_that_is_not_there_is_an_error_with_its_name() throws Exception {
        try (ChildJvm jvm = worker("listen", "wait")) {
            supervisor.welcome(AMPLE);
            supervisor.nextLine();
            supervisor.send("ticket 1 windows:AAAA");

            jvm.awaitOutput("listen: listener provider 'windows' cannot be used");
        }
    }

    @Test
    void a_refusal_is_repeated_by_every_later_call() throws Exception {
        try (ChildJvm jvm = worker("current", "current")) {
            supervisor.nextLine();
            supervisor.send("refused 0 the token is foreign");

            assertThat(jvm.awaitExit()).isZero();
            assertThat(jvm.output()).isEqualTo("current: worker 5: the token is foreign\n".repeat(2));
        }
    }

    @Test
    void a_stale_bootstrap_file_is_an_error_that_says_what_to_do_each_time() throws Exception {
        Files.delete(supervisor.bootstrap);
        try (ChildJvm jvm = worker("current", "current")) {
            assertThat(jvm.awaitExit()).isZero();
            assertThat(jvm.output().lines())
                    .hasSize(2)
                    .allSatisfy(line -> assertThat(line)
                            .contains("used already or whose supervisor is gone (" + supervisor.bootstrap + ")")
                            .contains("unset FORKLESS_CONTROL"));
        }
    }

    @Test
    void a_worker_whose_supervisor_is_dead_says_so_and_removes_what_that_left() throws Exception {
        Path other = Files.createFile(supervisor.directory.resolve("worker-6" + BootstrapFile.FILE_SUFFIX));
        supervisor.die();
        try (ChildJvm jvm = worker("current")) {
            assertThat(jvm.awaitExit()).isZero();
            assertThat(jvm.output()).isEqualTo("current: worker 5: the supervisor that started it is gone\n");
        }
        assertThat(other).doesNotExist();
        assertThat(supervisor.directory.path()).doesNotExist();
    }

    @Test
    void the_end_of_the_supervisors_stream_drains_and_ends_the_process_with_status_0() throws Exception {
        try (ChildJvm jvm = worker("current", "drains", "wait")) {
            supervisor.welcome(AMPLE);
            jvm.awaitOutput("waiting");

            supervisor.die();

            assertThat(jvm.awaitExit()).isZero();
            assertThat(jvm.output())
                    .contains("draining: the supervisor is gone")
                    .contains("drained, limit " + AMPLE * 9 / 10 + " ms");
        }
    }

    @Test
    void the_first_worker_to_notice_removes_the_invitations_that_a_killed_supervisor_left() throws Exception {
        Path other = supervisor.directory.resolve("worker-6" + BootstrapFile.FILE_SUFFIX);
        try (ChildJvm jvm = worker("current", "wait")) {
            supervisor.welcome(AMPLE);
            jvm.awaitOutput("waiting");
            Files.createFile(other);

            supervisor.die();

            assertThat(jvm.awaitExit()).isZero();
            assertThat(other).doesNotExist();
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows deletes no file that is mapped")
    void the_first_worker_to_notice_removes_what_a_killed_supervisor_left() throws Exception {
        try (ChildJvm jvm = worker("current", "wait")) {
            supervisor.welcome(AMPLE);
            jvm.awaitOutput("waiting");
            Files.createFile(supervisor.directory.resolve("worker-6" + BootstrapFile.FILE_SUFFIX));

            supervisor.die();

            await().atMost(30, TimeUnit.SECONDS)
                    .untilAsserted(() -> assertThat(supervisor.directory.path()).doesNotExist());
            assertThat(jvm.awaitExit()).isZero();
        }
    }

    @Test
    void a_foreign_file_in_the_directory_is_never_removed() throws Exception {
        Path foreign = Files.createFile(supervisor.directory.resolve("foreign"));
        supervisor.die();
        try (ChildJvm jvm = worker("current")) {
            assertThat(jvm.awaitExit()).isZero();
        }
        assertThat(supervisor.directory.path()).isDirectoryContaining(foreign::equals);
        assertThat(supervisor.scoreboard).doesNotExist();
    }

    @Test
    void nothing_is_removed_while_the_supervisor_still_listens() throws Exception {
        Path other = Files.createFile(supervisor.directory.resolve("worker-6" + BootstrapFile.FILE_SUFFIX));
        try (ChildJvm jvm = worker("current", "wait")) {
            supervisor.welcome(AMPLE);
            jvm.awaitOutput("waiting");

            supervisor.closeConnection();

            assertThat(supervisor.nextLine()).isEqualTo(TestSupervisor.END);
            assertThat(jvm.awaitExit()).isZero();
        }
        assertThat(other).exists();
        assertThat(supervisor.scoreboard).exists();
    }

    @Test
    void a_worker_that_is_asked_to_drain_does_so_says_bye_and_exits_with_status_0() throws Exception {
        try (ChildJvm jvm = worker("current", "drains", "wait")) {
            supervisor.welcome(AMPLE);
            jvm.awaitOutput("waiting");

            supervisor.send("drain");

            assertThat(supervisor.nextLine()).isEqualTo("bye");
            assertThat(supervisor.nextLine()).isEqualTo(TestSupervisor.END);
            assertThat(jvm.awaitExit()).isZero();
            assertThat(jvm.output())
                    .contains("draining: asked by the supervisor")
                    .contains("drained, limit " + AMPLE * 9 / 10 + " ms");
        }
    }

    @Test
    void a_drain_handler_that_hangs_does_not_keep_the_process_past_its_time_out() throws Exception {
        long drainMillis = 8000; // a tenth of it is what the machine may take for the last words
        try (ChildJvm jvm = worker("current", "drains", "drainHangs", "wait")) {
            supervisor.welcome(drainMillis);
            jvm.awaitOutput("waiting");

            supervisor.send("drain");

            assertThat(supervisor.nextLine()).as("what is still open").startsWith("heartbeat 0 0 ");
            assertThat(supervisor.nextLine()).isEqualTo(TestSupervisor.END); // and no bye
            assertThat(jvm.awaitExit()).isOne();
            assertThat(jvm.output())
                    .contains("drained, limit 7200 ms", "drain handler hangs")
                    .containsPattern("not drained within 7.?200 ms");
        }
    }

    @Test
    void a_shutdown_hook_that_hangs_does_not_keep_the_process_past_its_time_out() throws Exception {
        try (ChildJvm jvm = worker("current", "exitHangs", "wait")) {
            supervisor.welcome(2000);
            jvm.awaitOutput("waiting");

            supervisor.send("drain");

            assertThat(supervisor.nextLine()).isEqualTo("bye");
            assertThat(jvm.awaitExit()).isOne();
            assertThat(jvm.output()).contains("shutdown hook hangs");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = NO_SIGNALS)
    void a_term_signal_drains_and_ends_the_process_with_status_0() throws Exception {
        try (ChildJvm jvm = worker("current", "drains", "wait")) {
            supervisor.welcome(AMPLE);
            jvm.awaitOutput("waiting");

            jvm.signal("TERM");

            assertThat(supervisor.nextLine()).isEqualTo("bye");
            assertThat(jvm.awaitExit()).isZero();
            assertThat(jvm.output()).contains("draining: SIGTERM").contains("drained, limit");
        }
    }

    /** The module path has what modules require, and the class path has all that the JDK has. */
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = NO_SIGNALS)
    void a_term_signal_drains_a_worker_on_the_module_path_as_well() throws Exception {
        JavaProgram program = JavaProgram.inModule(
                "io.forkless.spi",
                JavaProgram.classesOf(Worker.class),
                WorkerProgram.class,
                "current",
                "drains",
                "wait");
        try (ChildJvm jvm = ChildJvm.start(environment(), program)) {
            supervisor.welcome(AMPLE);
            jvm.awaitOutput("waiting");

            jvm.signal("TERM");

            assertThat(jvm.awaitExit()).isZero();
            assertThat(jvm.output()).contains("draining: SIGTERM").contains("drained, limit");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = NO_SIGNALS)
    void int_and_hup_are_left_to_the_supervisor() throws Exception {
        try (ChildJvm jvm = worker("current", "drains", "wait")) {
            supervisor.welcome(AMPLE);
            jvm.awaitOutput("waiting");

            jvm.signal("INT");
            jvm.signal("HUP");
            // The JVM handles signals in turn: had one of them ended it, TERM would not drain it.
            jvm.signal("TERM");

            assertThat(jvm.awaitExit()).isZero();
            assertThat(jvm.output()).contains("draining: SIGTERM").contains("drained, limit");
        }
    }

    private ChildJvm worker(String... steps) throws IOException {
        return ChildJvm.start(environment(), JavaProgram.of(WorkerProgram.class, steps));
    }

    private Map<String, String> environment() {
        return Map.of(BootstrapFile.ENVIRONMENT, supervisor.bootstrap.toString());
    }
}
