package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.control.Scoreboard;
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
        scoreboard.publish(1, 0);
    }

    @AfterEach
    void unmap() {
        scoreboard = null;
        counts = null;
        MappedFile.delete(directory.resolve(Scoreboard.FILE));
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
        counts.joinPacing(pacing());
        counts.opened();
        counts.opened();
        assertThat(scoreboard.open(0)).isEqualTo(2);

        counts.closed();
        assertThat(scoreboard.open(0)).isEqualTo(1);
    }

    @Test
    void an_acceptor_that_is_ahead_pauses_unless_pacing_is_off() {
        counts.joinPacing(pacing());
        for (int i = 0; i < 10; i++) {
            counts.opened();
        }
        counts.setPaced(false);
        counts.beforeAccept();
        assertThat(pauses).hasValue(0);

        counts.setPaced(true);
        counts.beforeAccept();
        assertThat(pauses).hasPositiveValue();
    }

    @Test
    void without_a_worker_nobody_pauses() {
        for (int i = 0; i < 10; i++) {
            counts.opened();
        }
        counts.beforeAccept();

        assertThat(counts.open()).isEqualTo(10);
    }

    private AcceptPacing pacing() {
        return new AcceptPacing(scoreboard, 0, () -> now, nanos -> {
            pauses.incrementAndGet();
            now += nanos;
        });
    }
}
