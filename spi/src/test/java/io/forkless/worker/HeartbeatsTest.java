package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.testing.ChildJvm;
import io.forkless.testing.JavaProgram;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real workers in JVMs of their own, whose heart beats fast. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows does not have Unix-domain sockets everywhere")
class HeartbeatsTest {
    private static final long AMPLE = 60_000;
    private static final long INTERVAL = 20;

    /** A hundred times as long as between two beats. */
    private static final long SILENCE = 2000;

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
    void they_come_again_and_again_with_the_numbers_of_the_moment() throws Exception {
        try (ChildJvm jvm = worker("current", "wait")) {
            supervisor.welcome(AMPLE, INTERVAL);
            for (int i = 0; i < 10; i++) {
                assertThat(supervisor.nextLine()).as("not ready, but alive").matches("heartbeat 0 0 [1-9]\\d{5,}");
            }
            assertThat(jvm.isAlive()).isTrue();
        }
        try (TestSupervisor other = new TestSupervisor();
                ChildJvm jvm = worker(other, "connections", "wait")) {
            other.welcome(AMPLE, INTERVAL);
            await().atMost(Duration.ofSeconds(60)).until(() -> other.nextLine().matches("heartbeat 3 2 [1-9]\\d{5,}"));
            assertThat(jvm.isAlive()).isTrue();
        }
    }

    @Test
    void they_go_on_during_the_drain() throws Exception {
        try (ChildJvm jvm = worker("current", "drainHangs", "wait")) {
            supervisor.welcome(AMPLE, INTERVAL);
            jvm.awaitOutput("waiting");
            supervisor.send("drain");
            jvm.awaitOutput("drain handler hangs");
            for (int i = 0; i < 20; i++) {
                assertThat(supervisor.nextLine()).startsWith("heartbeat ");
            }
        }
    }

    @Test
    void their_interval_is_what_the_supervisor_wants() throws Exception {
        try (ChildJvm jvm = worker("current", "wait")) {
            supervisor.welcome(AMPLE, AMPLE);
            jvm.awaitOutput("waiting");
            assertThat(supervisor.hearsNothingFor(SILENCE)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"deadlock", "deadlockOfLocks"})
    void a_deadlock_silences_them_and_can_still_be_told(String kind) throws Exception {
        try (ChildJvm jvm = worker("current", kind, "wait")) {
            supervisor.welcome(AMPLE, INTERVAL);
            jvm.awaitOutput("waiting");
            await().atMost(Duration.ofSeconds(60)).until(() -> supervisor.hearsNothingFor(SILENCE));

            supervisor.send("dump-threads");
            jvm.awaitOutput("all threads:");
            String dump = jvm.output().substring(jvm.output().indexOf("thread dump of pid " + jvm.pid() + "\n"));
            assertThat(dump.substring(0, dump.indexOf("all threads:")))
                    .contains("these threads wait for each other:", "\"deadlocked-one\" ", "\"deadlocked-other\" ")
                    .contains("held by \"deadlocked-one\"", "held by \"deadlocked-other\"")
                    .contains(WorkerProgram.class.getName() + ".");
            jvm.awaitOutput("\"forkless-supervisor-link\" RUNNABLE");
            assertThat(supervisor.hearsNothingFor(SILENCE)).isTrue();
        }
    }

    @Test
    void a_worker_without_a_deadlock_tells_what_its_threads_do_and_goes_on() throws Exception {
        try (ChildJvm jvm = worker("current", "wait")) {
            supervisor.welcome(AMPLE, INTERVAL);
            jvm.awaitOutput("waiting");
            supervisor.send("dump-threads");
            jvm.awaitOutput("\"main\" WAITING on java.util.concurrent.CountDownLatch");
            jvm.awaitOutput(WorkerProgram.class.getName() + ".main(");
            assertThat(jvm.output()).doesNotContain("wait for each other");
            assertThat(supervisor.nextLine()).startsWith("heartbeat ");
        }
    }

    private ChildJvm worker(String... steps) throws IOException {
        return worker(supervisor, steps);
    }

    private static ChildJvm worker(TestSupervisor of, String... steps) throws IOException {
        return ChildJvm.start(
                Map.of(BootstrapFile.ENVIRONMENT, of.bootstrap.toString()), JavaProgram.of(WorkerProgram.class, steps));
    }
}
