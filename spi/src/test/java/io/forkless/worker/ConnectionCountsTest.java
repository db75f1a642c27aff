package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.internal.control.Scoreboard;
import io.forkless.testing.MappedFile;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectionCountsTest {
    @TempDir
    private Path directory;

    private final AtomicInteger pauses = new AtomicInteger();
    private ConnectionCounts counts = new ConnectionCounts();
    private Scoreboard scoreboard;
    private long now;

    @BeforeEach
    void twoWorkersOfWhichTheOtherHasNoConnection() throws Exception {
        Path file = directory.resolve(Scoreboard.FILE);
        try (Scoreboard supervisors = Scoreboard.create(file)) {
            supervisors.vacate(1);
        }
        scoreboard = Scoreboard.map(file);
        scoreboard.publish(1, 0, 0);
    }

    @AfterEach
    void unmap() {
        scoreboard = null;
        counts = null;
        MappedFile.delete(directory.resolve(Scoreboard.FILE));
    }

    @Test
    void a_server_is_drained_when_no_acceptor_and_no_connection_is_left() {
        counts.beforeAccept(null);
        assertThat(counts.isAccepting()).isTrue();
        assertThat(counts.isDrained()).isFalse();

        counts.opened();
        counts.afterAccept();
        assertThat(counts.isAccepting()).isFalse();
        assertThat(counts.isDrained()).isFalse();

        counts.closed();
        assertThat(counts.isDrained()).isTrue();
    }

    @Test
    void what_is_accepted_stays_counted_and_what_is_open_does_not() {
        counts.opened();
        counts.opened();
        counts.closed();

        assertThat(counts.accepted()).isEqualTo(2);
        assertThat(counts.open()).isEqualTo(1);
    }

    @Test
    void a_worker_lets_the_others_know() {
        counts.joinPacing(pacing(), () -> Long.MAX_VALUE);
        counts.opened();
        counts.opened();
        assertThat(scoreboard.open(0)).isEqualTo(2);

        counts.closed();
        assertThat(scoreboard.open(0)).isEqualTo(1);
    }

    @Test
    void an_acceptor_that_is_ahead_pauses_unless_pacing_is_off() {
        counts.joinPacing(pacing(), () -> Long.MAX_VALUE);
        for (int i = 0; i < 10; i++) {
            counts.opened();
        }
        counts.setPaced(false);
        counts.beforeAccept(null);
        assertThat(pauses).hasValue(0);

        counts.setPaced(true);
        counts.beforeAccept(null);
        assertThat(pauses).hasPositiveValue();
    }

    @Test
    void a_server_without_a_free_thread_leaves_clients_to_the_other_unless_pacing_is_off() {
        FakeListener listener = new FakeListener(nanos -> now += nanos);
        counts.joinPacing(pacing(), () -> 0);
        assertThat(counts.isSaturated()).isTrue();
        counts.setPaced(false);
        counts.beforeAccept(listener);
        assertThat(pauses).hasValue(0);

        counts.setPaced(true);
        counts.beforeAccept(listener);
        assertThat(pauses).hasPositiveValue();
    }

    @Test
    void without_a_worker_nobody_pauses() {
        for (int i = 0; i < 10; i++) {
            counts.opened();
        }
        counts.beforeAccept(null);

        assertThat(counts.open()).isEqualTo(10);
        assertThat(counts.isSaturated()).isFalse();
    }

    private AcceptPacing pacing() {
        return new AcceptPacing(scoreboard, 0, () -> now, nanos -> {
            pauses.incrementAndGet();
            now += nanos;
        });
    }
}
