package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.internal.control.Scoreboard;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a heart goes through. */
class HeartbeatSurvivalTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration INTERVAL = Duration.ofMillis(5);

    private final AtomicInteger beats = new AtomicInteger();
    private volatile Throwable next;
    private volatile boolean draining;
    private Scoreboard scoreboard;
    private Thread thread;

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        scoreboard = Scoreboard.create(directory.resolve(Scoreboard.FILE));
        thread = new Thread(
                new Heartbeats(heartbeat -> beat(), new AcceptPacing(scoreboard, 0), INTERVAL, () -> draining));
        thread.start();
    }

    @AfterEach
    void stop() throws Exception {
        next = new IOException("the supervisor is gone");
        thread.join();
        scoreboard.close();
    }

    @ParameterizedTest
    @ValueSource(classes = {OutOfMemoryError.class, StackOverflowError.class, IllegalStateException.class})
    void it_beats_on_after_a_failure(Class<? extends Throwable> failure) throws Exception {
        next = failure.getDeclaredConstructor().newInstance();
        await().atMost(LIMIT).until(() -> next == null);
        awaitBeat();
    }

    @Test
    void it_beats_on_after_an_interrupt_that_was_meant_for_others() {
        awaitBeat();
        thread.interrupt();
        awaitBeat();
        assertThat(thread.isAlive()).isTrue();
    }

    @Test
    void no_deadlock_silences_it_while_its_worker_drains() throws Exception {
        draining = true;
        awaitBeat();
        Lock one = new ReentrantLock();
        Lock other = new ReentrantLock();
        CyclicBarrier bothHoldOne = new CyclicBarrier(2);
        List<Thread> philosophers = List.of(
                new Thread(() -> take(one, bothHoldOne, other)), new Thread(() -> take(other, bothHoldOne, one)));
        philosophers.forEach(Thread::start);
        try {
            await().atMost(LIMIT).until(ThreadDump::hasDeadlock);
            awaitBeats(20); // one in five would look for it
        } finally {
            for (Thread philosopher : philosophers) {
                philosopher.interrupt();
                philosopher.join();
            }
        }
    }

    private static void take(Lock first, CyclicBarrier bothHoldOne, Lock second) {
        try {
            first.lockInterruptibly();
            bothHoldOne.await();
            second.lockInterruptibly();
        } catch (InterruptedException | BrokenBarrierException e) {
            // the test is over
        }
    }

    private void awaitBeat() {
        awaitBeats(1);
    }

    private void awaitBeats(int count) {
        int before = beats.get();
        await().atMost(LIMIT).until(() -> beats.get() > before + count);
    }

    private void beat() throws IOException {
        Throwable failure = next;
        if (failure instanceof IOException end) {
            throw end;
        }
        next = null;
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException defect) {
            throw defect;
        }
        beats.incrementAndGet();
    }
}
