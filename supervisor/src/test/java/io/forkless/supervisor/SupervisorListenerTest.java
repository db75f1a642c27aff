package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.supervisor.status.Outcome;
import io.forkless.supervisor.status.SupervisorEvent;
import io.forkless.supervisor.status.SupervisorEvent.Type;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Listeners of a supervisor with real worker JVMs, which do what a listener may do. */
class SupervisorListenerTest extends SupervisedTest {
    private final List<SupervisorEvent> heard = new CopyOnWriteArrayList<>();

    @Test
    void a_listener_hears_of_everything_in_its_order_although_another_one_throws() throws Exception {
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE)
                .listen(ANY_PORT)
                .listener(event -> {
                    throw new StackOverflowError("expected by a test");
                })
                .listener(heard::add));
        killHard(supervisor.workers().get(0).pid());
        awaitHeard(Type.WORKER_READY, 2);
        supervisor.restart().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        supervisor.scale(2).join();
        awaitHeard(Type.WORKER_READY, 4);
        supervisor.close();
        assertThat(heard.stream().map(SupervisorEvent::type).filter(type -> type != Type.WORKER_KILLING))
                .startsWith(
                        Type.STARTED,
                        Type.WORKER_STARTED,
                        Type.WORKER_READY,
                        Type.ALL_READY,
                        Type.WORKER_DIED,
                        Type.WORKER_STARTED,
                        Type.WORKER_READY,
                        Type.RESTART_BEGUN,
                        Type.WORKER_STARTED,
                        Type.WORKER_READY,
                        Type.WORKER_REPLACED,
                        Type.WORKER_DRAINING,
                        Type.WORKER_EXITED,
                        Type.RESTARTED,
                        Type.SCALED,
                        Type.WORKER_STARTED,
                        Type.WORKER_READY,
                        Type.STOPPING)
                .endsWith(Type.WORKER_EXITED, Type.STOPPED);
        assertThat(log.lines()).anyMatch(line -> line.contains("has failed on stopped"));
    }

    @Test
    void a_listener_may_restart_and_wait_for_it() throws Exception {
        AtomicReference<Supervisor> supervisor = new AtomicReference<>();
        start(
                supervisor(TestWorker.SERVE).listen(ANY_PORT).listener(event -> {
                    heard.add(event);
                    if (event.type() == Type.ALL_READY) {
                        await().atMost(LIMIT).until(() -> supervisor.get() != null);
                        supervisor.get().restart().join();
                        assertThat(supervisor.get().workers()).hasSize(1);
                    }
                }),
                supervisor);
        awaitHeard(Type.RESTARTED, 1);
    }

    @Test
    void a_listener_may_close_the_supervisor_and_hears_of_the_end() throws Exception {
        CompletableFuture<Outcome> closed = new CompletableFuture<>();
        AtomicReference<Supervisor> supervisor = new AtomicReference<>();
        start(
                supervisor(TestWorker.SERVE).listen(ANY_PORT).listener(event -> {
                    heard.add(event);
                    if (event.type() == Type.ALL_READY) {
                        await().atMost(LIMIT).until(() -> supervisor.get() != null);
                        supervisor.get().close();
                        try {
                            closed.complete(supervisor.get().awaitTermination());
                        } catch (InterruptedException e) {
                            closed.completeExceptionally(e);
                        }
                    }
                }),
                supervisor);
        assertThat(closed.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(Outcome.DRAINED);
        assertThat(supervisor.get().awaitTermination()).isEqualTo(Outcome.DRAINED);
        assertThat(heard).extracting(SupervisorEvent::type).endsWith(Type.STOPPED);
        assertThat(log.lines()).noneMatch(line -> line.contains("has not heard everything"));
    }

    @Test
    void one_that_blocks_for_ever_delays_nothing_but_the_end_and_that_within_reason() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try {
            Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE)
                    .listen(ANY_PORT)
                    .listener(event -> awaitUninterrupted(release))
                    .listener(heard::add));
            supervisor.restart().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            supervisor.close();
            assertThat(heard).extracting(SupervisorEvent::type).endsWith(Type.STOPPED);
            assertThat(log.lines()).anyMatch(line -> line.contains("has not heard everything within 20 s; going on"));
        } finally {
            release.countDown();
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the command is one of a POSIX shell")
    void the_end_waits_for_the_command_of_the_last_event() throws Exception {
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE)
                .listen(ANY_PORT)
                .name("hooked")
                .onEvent("[ $FORKLESS_EVENT != stopped ] || { sleep 1; echo $FORKLESS_NAME has $FORKLESS_EVENT; }"));
        supervisor.close();
        assertThat(log.lines()).contains("INFO on-event stopped: hooked has stopped");
    }

    private void start(SupervisorBuilder builder, AtomicReference<Supervisor> started) throws Exception {
        started.set(start(builder));
    }

    private void awaitHeard(Type type, int times) {
        await().atMost(LIMIT)
                .until(() ->
                        heard.stream().filter(event -> event.type() == type).count() >= times);
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
