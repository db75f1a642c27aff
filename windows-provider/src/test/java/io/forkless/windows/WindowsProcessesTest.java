package io.forkless.windows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedListener;
import io.forkless.testing.Client;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** One listener, several processes. */
@EnabledOnOs(value = OS.WINDOWS, disabledReason = "these are calls of Windows")
class WindowsProcessesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final WindowsListenerProvider PROVIDER = new WindowsListenerProvider();
    private static final ListenSpec ANY_PORT = ListenSpec.tcp("127.0.0.1", 0);

    @Test
    void workers_serve_from_one_listener_and_survive_the_death_of_another() throws Exception {
        try (SharedListener listener = PROVIDER.listen(ANY_PORT);
                TestJvm one = TestJvm.serving(listener, 1);
                TestJvm two = TestJvm.serving(listener, 1)) {
            awaitAnswersOf(listener, Set.of(one.pid(), two.pid()));

            one.kill();
            for (int i = 0; i < 50; i++) {
                assertThat(ask(listener)).isEqualTo(two.pid());
            }

            try (TestJvm replacement = TestJvm.serving(listener, 1)) {
                awaitAnswersOf(listener, Set.of(two.pid(), replacement.pid()));
            }
        }
    }

    @Test
    void a_worker_that_freezes_and_is_killed_loses_one_connection_for_each_blocked_accept() throws Exception {
        int acceptors = 2;
        int clients = 30;
        try (SharedListener listener = PROVIDER.listen(ANY_PORT);
                TestJvm frozen = TestJvm.serving(listener, acceptors);
                TestJvm other = TestJvm.serving(listener, 1)) {
            awaitAnswersOf(listener, Set.of(frozen.pid(), other.pid()));
            await().atMost(PATIENCE)
                    .until(() -> frozen.run(WorkerTasks.CountPending.class).equals("pending " + acceptors));
            frozen.freeze();

            List<FutureTask<Long>> answers = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                FutureTask<Long> answer = new FutureTask<>(() -> ask(listener));
                answers.add(answer);
                new Thread(answer, "client-" + i).start();
            }
            await().atMost(PATIENCE)
                    .until(() -> answers.stream().filter(FutureTask::isDone).count() >= clients - acceptors);
            frozen.kill();

            int lost = 0;
            for (FutureTask<Long> answer : answers) {
                try {
                    assertThat(answer.get(60, TimeUnit.SECONDS)).isEqualTo(other.pid());
                } catch (ExecutionException e) {
                    lost++;
                }
            }
            assertThat(lost).isLessThanOrEqualTo(acceptors);
        }
    }

    @Test
    void a_ticket_is_of_no_use_to_another_process() throws Exception {
        try (SharedListener listener = PROVIDER.listen(ANY_PORT);
                TestJvm worker = TestJvm.start()) {
            String foreign = HexFormat.of().formatHex(listener.ticketFor(ProcessHandle.current()));

            assertThat(worker.ask("adopt " + foreign))
                    .isEqualTo("error: adopt: the ticket was made for process "
                            + ProcessHandle.current().pid());
        }
    }

    @Test
    void a_process_that_associates_the_listener_with_a_port_of_its_own_gets_nobody_elses_completions()
            throws Exception {
        try (SharedListener listener = PROVIDER.listen(ANY_PORT);
                TestJvm alien = TestJvm.serving(listener, 1);
                TestJvm other = TestJvm.serving(listener, 1)) {
            assertThat(alien.run(WorkerTasks.Associate.class)).isEqualTo("associated");

            awaitAnswersOf(listener, Set.of(alien.pid(), other.pid()));
            for (int i = 0; i < 100; i++) {
                assertThat(ask(listener)).isIn(alien.pid(), other.pid());
            }
        }
    }

    @Test
    void a_worker_that_waits_costs_next_to_nothing() throws Exception {
        try (SharedListener listener = PROVIDER.listen(ANY_PORT);
                TestJvm worker = TestJvm.serving(listener, 4)) {
            ask(listener);
            Thread.sleep(2000); // the JVM's own start-up work ends
            Duration before = cpu(worker);

            Thread.sleep(10_000); // the time that is measured

            assertThat(cpu(worker).minus(before)).isLessThan(Duration.ofMillis(250));
        }
    }

    private static Duration cpu(TestJvm worker) {
        return worker.handle().info().totalCpuDuration().orElseThrow();
    }

    private static void awaitAnswersOf(SharedListener listener, Set<Long> pids) {
        Set<Long> seen = new HashSet<>();
        await().atMost(PATIENCE).pollDelay(Duration.ZERO).until(() -> {
            seen.add(ask(listener));
            return seen.containsAll(pids);
        });
    }

    private static long ask(SharedListener listener) throws IOException {
        return Client.servedBy(listener.localAddress());
    }
}
