package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.internal.control.Scoreboard;
import io.forkless.spi.ListenSpec;
import io.forkless.supervisor.link.EventLoop;
import io.forkless.supervisor.listen.Listeners;
import io.forkless.supervisor.listen.StubListeners;
import io.forkless.supervisor.pool.Backoff;
import io.forkless.supervisor.pool.FakeWorkers;
import io.forkless.supervisor.pool.Recycling;
import io.forkless.supervisor.pool.Settings;
import io.forkless.supervisor.pool.SupervisorLife;
import io.forkless.supervisor.pool.SupervisorTransition;
import io.forkless.supervisor.pool.WorkerPool;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The workers drain, whatever becomes of the listeners. */
class GracefulStopTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final StubListeners provider = new StubListeners();
    private final Listeners listeners = new Listeners(provider);
    private final FakeWorkers workers = new FakeWorkers();
    private final CapturedLog log = new CapturedLog();

    @TempDir
    private Path temporary;

    private Scoreboard scoreboard;
    private EventLoop loop;
    private WorkerPool pool;

    @BeforeEach
    void start() throws Exception {
        scoreboard = Scoreboard.create(temporary.resolve(Scoreboard.FILE));
        listeners.open(ListenSpec.tcp("127.0.0.1", 2));
        loop = new EventLoop("graceful-stop-test");
        Settings settings = new Settings(1, LIMIT, LIMIT, LIMIT, LIMIT, Duration.ZERO, 3, LIMIT, 1, Recycling.NEVER);
        Backoff backoff = new Backoff(LIMIT, LIMIT, new SplittableRandom());
        SupervisorLife life = new SupervisorLife();
        life.make(SupervisorTransition.START);
        ListenerQueues queues = new ListenerQueues(loop, listeners, scoreboard);
        pool = new WorkerPool(life, settings, backoff, loop, workers, queues, () -> {}, outcome -> {}, event -> {});
        CompletableFuture<Void> serving = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                pool.start();
                workers.newest(0).linked = true;
                pool.ready(workers.newest(0));
                serving.complete(null);
            } catch (Exception e) {
                serving.completeExceptionally(e);
            }
        });
        loop.start();
        serving.get(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() throws IOException {
        provider.answering.countDown();
        loop.stop();
        scoreboard.close();
        log.close();
    }

    @Test
    void after_an_orderly_quiesce() {
        assertDrains();
        assertThat(provider.closed).hasSize(1);
    }

    @Test
    void if_the_queue_cannot_be_waited_for() {
        provider.failureOfQuiesce = new StackOverflowError("expected by a test");
        assertDrains();
        assertThat(provider.closed).hasSize(1);
    }

    @Test
    void if_the_listeners_cannot_be_closed() {
        provider.failureOfClose = new OutOfMemoryError("expected by a test");
        assertDrains();
    }

    @Test
    void if_a_provider_does_not_answer() {
        provider.quiesceHangs = true;
        assertDrains();
    }

    private void assertDrains() {
        loop.execute(pool::stop);
        await().atMost(LIMIT).until(() -> workers.newest(0).drains == 1);
    }
}
