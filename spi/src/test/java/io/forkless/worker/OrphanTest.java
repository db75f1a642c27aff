package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.internal.control.RuntimeDirectory;
import io.forkless.internal.control.WorkerRecord;
import io.forkless.spi.ListenerProvider;
import io.forkless.testing.ChildJvm;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.Privileges;
import io.forkless.testing.ShortTempDir;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real workers in JVMs of their own that lose their supervisor; supervisors are played by the test. */
class OrphanTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final long AMPLE = 60_000;

    /** Several times as long as a worker needs to look for a supervisor. */
    private static final long LOOKS_MILLIS = 600;

    private static final String REMOVES = "nobody can remove a file that is mapped there";

    @TempDir(factory = ShortTempDir.class)
    private Path temporary;

    private TestSupervisor supervisor;

    @BeforeEach
    void choose_a_runtime_directory() {
        System.setProperty(RuntimeDirectory.PROPERTY, temporary.toAbsolutePath().toString());
    }

    @AfterEach
    void use_the_usual_one() throws IOException {
        supervisor.close();
        System.clearProperty(RuntimeDirectory.PROPERTY);
    }

    @Test
    void an_orphan_serves_on_publishes_what_it_does_and_is_adopted() throws Exception {
        supervisor = TestSupervisor.ofService(LONG);
        Path orphaned = temporary.resolve("orphaned");
        try (ChildJvm jvm = worker("current", "ready", "await=" + orphaned, "connections", "wait")) {
            supervisor.welcome(AMPLE);
            assertThat(supervisor.nextLine()).isEqualTo("ready");
            supervisor.die();
            jvm.awaitOutput("the supervisor is gone; serving on for 600 s at most, until another supervisor named 'web'"
                    + " takes over");

            Files.createFile(orphaned);
            jvm.awaitOutput("waiting, draining: false");
            assertThat(supervisor.openAndAccepted()).containsExactly(2, 3);

            next(LONG);
            assertThat(supervisor.nextLine()).isEqualTo(again(jvm, "ready=true draining=false"));
            supervisor.send("welcome " + AMPLE + " 1000");
            supervisor.send("adopted");
            jvm.awaitOutput("the supervisor with pid " + ProcessHandle.current().pid() + " has taken over");
            supervisor.send("drain");
            assertThat(supervisor.nextLine()).isEqualTo("bye");
            assertThat(jvm.awaitExit()).isZero();
            assertThat(jvm.output()).contains("draining: asked by the supervisor");
        }
    }

    @Test
    void it_hands_over_the_listeners_that_it_has() throws Exception {
        supervisor = TestSupervisor.ofService(LONG);
        try (ChildJvm jvm = workerWithProvider("listen", "ready", "wait")) {
            supervisor.welcome(AMPLE);
            assertThat(supervisor.nextLine()).startsWith("listen 1 ");
            supervisor.send("ticket 1 " + HandOverProvider.NAME + ":AAAA");
            assertThat(supervisor.nextLine()).isEqualTo("ready");
            supervisor.die();

            next(LONG);
            assertThat(supervisor.nextLine())
                    .startsWith(again(jvm, "ready=true draining=false"))
                    .containsPattern(" holds=1:hand-over:127\\.0\\.0\\.1%3A\\d+$");
            supervisor.send("welcome " + AMPLE + " 1000");
            supervisor.send("hand-over 1");
            String ticket = "for " + ProcessHandle.current().pid();
            assertThat(supervisor.nextLine())
                    .isEqualTo("ticket 1 hand-over:"
                            + Base64.getEncoder()
                                    .withoutPadding()
                                    .encodeToString(ticket.getBytes(StandardCharsets.UTF_8)));
            supervisor.send("hand-over 2");
            assertThat(supervisor.nextLine()).isEqualTo("refused 2 this worker has no such listener any more");
        }
    }

    @Test
    void it_survives_any_number_of_supervisors_that_die_before_they_have_adopted_it() throws Exception {
        supervisor = TestSupervisor.ofService(LONG);
        try (ChildJvm jvm = worker("current", "wait")) {
            supervisor.welcome(AMPLE);
            jvm.awaitOutput("waiting");
            for (int i = 0; i < 4; i++) {
                supervisor.die();
                next(LONG);
                assertThat(supervisor.nextLine()).startsWith("again 1 ");
                if (i % 2 == 1) { // else it dies before it has answered
                    supervisor.send("welcome " + AMPLE + " 1000");
                    supervisor.send("hand-over 1");
                    assertThat(supervisor.nextLine()).startsWith("refused 1 ");
                }
            }
            supervisor.send("welcome " + AMPLE + " 1000");
            supervisor.send("adopted");
            jvm.awaitOutput("has taken over");
        }
    }

    @Test
    void one_that_was_adopted_is_an_orphan_again_when_that_supervisor_dies() throws Exception {
        supervisor = TestSupervisor.ofService(LONG);
        try (ChildJvm jvm = worker("current", "wait")) {
            supervisor.welcome(AMPLE);
            jvm.awaitOutput("waiting");
            for (int i = 1; i <= 3; i++) {
                int times = i;
                supervisor.die();
                next(LONG);
                assertThat(supervisor.nextLine()).startsWith("again 1 ");
                supervisor.send("welcome " + AMPLE + " 1000");
                supervisor.send("adopted");
                await().atMost(LIMIT).until(() -> jvm.output().split("has taken over", -1).length - 1 == times);
            }
        }
    }

    @Test
    void the_time_out_begins_with_the_first_loss_whatever_supervisors_do_without_adopting_it() throws Exception {
        Duration timeout = Duration.ofSeconds(6);
        supervisor = TestSupervisor.ofService(timeout);
        try (ChildJvm jvm = worker("current", "wait")) {
            supervisor.welcome(AMPLE);
            jvm.awaitOutput("waiting");
            long lost = System.nanoTime();
            supervisor.die();
            next(timeout);
            assertThat(supervisor.nextLine()).startsWith("again 1 ");
            supervisor.send("welcome " + AMPLE + " 1000");
            Thread.sleep(Math.max(0, 4000 - (System.nanoTime() - lost) / 1_000_000));
            supervisor.die();
            next(timeout);
            assertThat(supervisor.nextLine()).startsWith("again 1 ");
            supervisor.send("welcome " + AMPLE + " 1000");

            assertThat(supervisor.nextLine()).isEqualTo("bye");
            assertThat(Duration.ofNanos(System.nanoTime() - lost)).isBetween(timeout, Duration.ofMillis(9500));
            assertThat(jvm.awaitExit()).isZero();
            assertThat(jvm.output()).contains("draining: no supervisor has taken over within 6000 ms");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = REMOVES)
    void one_that_nobody_takes_over_leaves_nothing_behind() throws Exception {
        supervisor = TestSupervisor.ofService(Duration.ofMillis(500));
        supervisor.publish();
        try (ChildJvm jvm = worker("current", "drains", "wait")) {
            supervisor.welcome(AMPLE);
            jvm.awaitOutput("waiting");
            supervisor.die();

            assertThat(jvm.awaitExit()).isZero();
            assertThat(jvm.output()).contains("draining: no supervisor has taken over within 500 ms", "drained, limit");
        }
        assertThat(supervisor.directory.path()).doesNotExist();
        assertThat(supervisor.endpoint()).doesNotExist();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = REMOVES)
    void nor_does_one_whose_drain_hangs() throws Exception {
        supervisor = TestSupervisor.ofService(Duration.ofMillis(500));
        try (ChildJvm jvm = worker("current", "drainHangs", "wait")) {
            supervisor.welcome(2000);
            jvm.awaitOutput("waiting");
            supervisor.die();

            assertThat(jvm.awaitExit()).isOne();
        }
        assertThat(supervisor.directory.path()).doesNotExist();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = REMOVES)
    void nor_does_one_that_was_told_to_drain_before_and_fails() throws Exception {
        supervisor = TestSupervisor.ofService(LONG);
        try (ChildJvm jvm = worker("current", "drainHangs", "wait")) {
            supervisor.welcome(10_000); // a tenth of it remains to remove the files
            jvm.awaitOutput("waiting");
            supervisor.send("drain");
            jvm.awaitOutput("drain handler hangs");
            supervisor.die();
            await().atMost(LIMIT).until(() -> !jvm.isAlive() || Files.exists(supervisor.record()));

            assertThat(jvm.awaitExit()).isOne();
        }
        assertThat(supervisor.directory.path()).doesNotExist();
    }

    @Test
    void one_that_the_next_supervisor_refuses_drains_and_says_why() throws Exception {
        supervisor = TestSupervisor.ofService(LONG);
        try (ChildJvm jvm = worker("current", "drains", "wait")) {
            supervisor.welcome(AMPLE);
            jvm.awaitOutput("waiting");
            supervisor.die();
            next(LONG);
            supervisor.nextLine();

            supervisor.send("refused 0 it is replaced");

            assertThat(jvm.awaitExit()).isZero();
            assertThat(jvm.output())
                    .contains(
                            "draining: the supervisor does not take this worker over: it is replaced",
                            "drained, limit");
            assertThat(supervisor.record()).doesNotExist();
        }
    }

    @Test
    void with_a_time_out_of_zero_it_drains_at_once() throws Exception {
        supervisor = TestSupervisor.ofService(Duration.ZERO);
        try (ChildJvm jvm = worker("current", "wait")) {
            supervisor.welcome(AMPLE);
            jvm.awaitOutput("waiting");

            supervisor.die();

            assertThat(jvm.awaitExit()).isZero();
            assertThat(jvm.output())
                    .contains("draining: the supervisor is gone")
                    .doesNotContain("serving on");
        }
    }

    @ParameterizedTest
    @CsvSource({"drainPrints, 0", "printsForEver, 0", "drainPrints, 1", "printsForEver, 1"})
    @EnabledOnOs(value = OS.LINUX, disabledReason = "/proc is of Linux")
    void it_drains_in_time_although_nobody_reads_what_it_prints(String step, int seconds) throws Exception {
        supervisor = TestSupervisor.ofService(Duration.ofSeconds(seconds));
        ProcessBuilder builder =
                JavaProgram.of(WorkerProgram.class, step, "ready", "wait").process();
        builder.environment().putAll(environment());
        Process process = builder.start(); // with pipes
        try {
            supervisor.welcome(Duration.ofMinutes(10).toMillis());
            assertThat(supervisor.nextLine()).isEqualTo("ready");
            supervisor.die();

            assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly().onExit().join();
        }
    }

    @Test
    void what_changes_while_there_is_no_supervisor_reaches_the_next_one() throws Exception {
        supervisor = TestSupervisor.ofService(LONG);
        Path hold = temporary.resolve("hold");
        Path release = temporary.resolve("release");
        try (ChildJvm jvm = worker("ready", "await=" + hold, "hold", "await=" + release, "release", "wait")) {
            supervisor.welcome(AMPLE);
            assertThat(supervisor.nextLine()).isEqualTo("ready");
            supervisor.die();
            jvm.awaitOutput("serving on");
            Files.createFile(hold);
            jvm.awaitOutput("1 holds");

            next(LONG);
            assertThat(supervisor.nextLine()).isEqualTo(again(jvm, "ready=false draining=false"));
            Files.createFile(release); // before it is welcome
            assertThat(supervisor.nextLine()).isEqualTo("ready");
            supervisor.send("welcome " + AMPLE + " 1000");
            supervisor.die();
            next(LONG);
            assertThat(supervisor.nextLine()).isEqualTo(again(jvm, "ready=true draining=false"));
        }
    }

    @Test
    void one_that_drains_already_says_so_to_the_next_supervisor() throws Exception {
        supervisor = TestSupervisor.ofService(LONG);
        try (ChildJvm jvm = worker("current", "ready", "drainHangs", "wait")) {
            supervisor.welcome(AMPLE);
            assertThat(supervisor.nextLine()).isEqualTo("ready");
            jvm.awaitOutput("waiting");
            supervisor.send("drain");
            jvm.awaitOutput("drain handler hangs");
            supervisor.die();

            next(LONG);

            assertThat(supervisor.nextLine()).isEqualTo(again(jvm, "ready=true draining=true"));
            assertThat(jvm.output()).doesNotContain("serving on");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = REMOVES)
    void it_makes_its_record_again_with_the_directory_that_somebody_has_removed() throws Exception {
        supervisor = TestSupervisor.ofService(LONG);
        try (ChildJvm jvm = worker("current", "wait")) {
            supervisor.welcome(AMPLE);
            jvm.awaitOutput("waiting");
            supervisor.die();
            supervisor.directory.close();

            await().atMost(LIMIT).until(() -> Files.exists(supervisor.record()));

            WorkerRecord record = WorkerRecord.read(supervisor.record());
            assertThat(record.index()).isEqualTo(5);
            assertThat(record.token()).isEqualTo(TestSupervisor.TOKEN);
            assertThat(record.process().pid()).isEqualTo(jvm.pid());
            assertThat(record.isAlive()).isTrue();
            assertThat(record.origin()).isEqualTo("origin");
            assertThat(record.drainTimeout()).isEqualTo(Duration.ofMillis(AMPLE));
            next(LONG);
            assertThat(supervisor.nextLine()).startsWith("again 1 ");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no FIFOs among files, and links take a privilege")
    void it_calls_nobody_whom_it_cannot_trust_and_goes_on_to_look() throws Exception {
        supervisor = TestSupervisor.ofService(LONG);
        try (ChildJvm jvm = worker("current", "wait")) {
            supervisor.welcome(AMPLE);
            jvm.awaitOutput("waiting");
            supervisor.die();
            supervisor = TestSupervisor.ofService(LONG);
            Path endpoint = supervisor.endpoint();
            Path valid = Files.writeString(
                    temporary.resolve("valid"),
                    supervisor.endpointText(ProcessHandle.current().pid()));

            Files.createSymbolicLink(endpoint, valid);
            assertThat(supervisor.hearsNothingFor(LOOKS_MILLIS)).as("a link").isTrue();
            Files.delete(endpoint);
            assertThat(new ProcessBuilder("mkfifo", endpoint.toString()).start().waitFor())
                    .isZero();
            assertThat(supervisor.hearsNothingFor(LOOKS_MILLIS)).as("a FIFO").isTrue();
            Files.delete(endpoint);
            Files.createDirectory(endpoint);
            assertThat(supervisor.hearsNothingFor(LOOKS_MILLIS))
                    .as("a directory")
                    .isTrue();
            Files.delete(endpoint);
            for (String text : new String[] {
                "",
                "garbage",
                "garbage garbage garbage\n",
                "1 x unix:\n",
                "x".repeat(100_000),
                "1 x 65536\n",
                "1 x unix:/\0\n"
            }) {
                Files.writeString(endpoint, text);
                assertThat(supervisor.hearsNothingFor(LOOKS_MILLIS / 3))
                        .as(text)
                        .isTrue();
            }
            Process ended = new ProcessBuilder("true").start();
            ended.waitFor();
            Files.writeString(endpoint, supervisor.endpointText(ended.pid()));
            assertThat(supervisor.hearsNothingFor(LOOKS_MILLIS))
                    .as("of a process that has ended")
                    .isTrue();

            supervisor.publish();
            assertThat(supervisor.nextLine()).startsWith("again 1 ");
        }
    }

    @Test
    @Tag("root")
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has other file owners")
    void it_does_not_call_a_supervisor_of_another_user() throws Exception {
        supervisor = TestSupervisor.ofService(LONG);
        assumeTrue(Privileges.isRoot(), "only root can give a file away");
        try (ChildJvm jvm = worker("current", "wait")) {
            supervisor.welcome(AMPLE);
            jvm.awaitOutput("waiting");
            supervisor.die();
            supervisor = TestSupervisor.ofService(LONG);
            Path foreign = Files.writeString(
                    temporary.resolve("foreign"),
                    supervisor.endpointText(ProcessHandle.current().pid()));
            Files.setAttribute(foreign, "unix:uid", 12345);

            Files.move(foreign, supervisor.endpoint());

            assertThat(supervisor.hearsNothingFor(LOOKS_MILLIS)).isTrue();
        }
    }

    @Test
    void one_that_boots_when_its_supervisor_has_died_calls_the_next_one() throws Exception {
        supervisor = TestSupervisor.ofService(LONG);
        Path bootstrap = Files.move(supervisor.bootstrap, supervisor.directory.resolve("mine"));
        supervisor.die();
        try (ChildJvm jvm = ChildJvm.start(
                Map.of(BootstrapFile.ENVIRONMENT, bootstrap.toString()),
                JavaProgram.of(WorkerProgram.class, "current", "ready", "wait"))) {
            await().atMost(LIMIT).until(() -> !Files.exists(bootstrap));
            next(LONG);

            supervisor.welcome(AMPLE);

            assertThat(supervisor.nextLine()).isEqualTo("ready");
            jvm.awaitOutput("current: worker 5");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows removes no socket that is in use")
    void one_that_boots_and_finds_no_supervisor_says_so_and_leaves_nothing_behind() throws Exception {
        for (boolean socketThere : new boolean[] {true, false}) {
            supervisor = TestSupervisor.ofService(Duration.ofMillis(500));
            supervisor.die();
            if (!socketThere) {
                Files.delete(supervisor.directory.resolve(BootstrapFile.SOCKET_FILE));
            }
            try (ChildJvm jvm = worker("current")) {
                assertThat(jvm.awaitExit()).isZero();
                assertThat(jvm.output()).isEqualTo("current: worker 5: the supervisor that started it is gone\n");
            }
            assertThat(supervisor.directory.path()).doesNotExist();
        }
    }

    /** What a worker says first to a supervisor that has not started it. */
    private static String again(ChildJvm jvm, String how) {
        return "again 1 " + TestSupervisor.TOKEN + " " + jvm.pid() + " " + how + " debugged=false reopens-output=false";
    }

    /** Another supervisor takes the place of the one that has died. */
    private void next(Duration orphanTimeout) throws IOException {
        supervisor = TestSupervisor.ofService(orphanTimeout);
        supervisor.publish();
    }

    private ChildJvm worker(String... steps) throws IOException {
        return ChildJvm.start(environment(), JavaProgram.of(WorkerProgram.class, steps));
    }

    private ChildJvm workerWithProvider(String... steps) throws IOException {
        Path services = Files.createDirectories(temporary.resolve("META-INF").resolve("services"));
        Files.writeString(services.resolve(ListenerProvider.class.getName()), HandOverProvider.class.getName());
        String classPath = System.getProperty("java.class.path") + File.pathSeparator + temporary;
        return ChildJvm.start(environment(), JavaProgram.onClassPath(classPath, WorkerProgram.class, steps));
    }

    private Map<String, String> environment() {
        return Map.of(BootstrapFile.ENVIRONMENT, supervisor.bootstrap.toString());
    }
}
