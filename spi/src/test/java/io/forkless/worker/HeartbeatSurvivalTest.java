package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.internal.control.Scoreboard;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
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
    private Scoreboard scoreboard;
    private Thread thread;

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        scoreboard = Scoreboard.create(directory.resolve(Scoreboard.FILE));
        thread = new Thread(new Heartbeats(heartbeat -> beat(), new AcceptPacing(scoreboard, 0), INTERVAL));
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

    private void awaitBeat() {
        int before = beats.get();
        await().atMost(LIMIT).until(() -> beats.get() > before + 1);
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
