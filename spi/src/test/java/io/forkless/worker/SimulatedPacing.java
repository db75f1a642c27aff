package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.internal.control.Scoreboard;
import io.forkless.testing.MappedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * The pacing of one worker on simulated time: each pause moves the clock, and may let something happen meanwhile. Whoever
 * pauses without end fails.
 */
abstract class SimulatedPacing {
    static final int OWN = 0;
    static final long MILLISECOND = 1_000_000;
    private static final long WITHOUT_END = 100_000 * MILLISECOND;

    @TempDir
    private Path directory;

    final FakeListener listener = new FakeListener(this::pause);
    Scoreboard scoreboard;
    AcceptPacing pacing;
    long now = Long.MAX_VALUE - 1000; // the clock may overflow, as System.nanoTime() may
    long paused;
    Runnable meanwhile = () -> {};

    @BeforeEach
    void makeAScoreboardForFour() throws Exception {
        Path file = createScoreboard();
        scoreboard = Scoreboard.map(file);
        pacing = new AcceptPacing(scoreboard, OWN, () -> now, this::pause);
    }

    private Path createScoreboard() throws IOException {
        Path file = directory.resolve(Scoreboard.FILE);
        try (Scoreboard supervisors = Scoreboard.create(file)) {
            for (int index = 0; index < 4; index++) {
                supervisors.vacate(index);
            }
        }
        return file;
    }

    /** The worker has to find the new one. */
    final void replaceScoreboard() throws IOException {
        Path old = Files.move(directory.resolve(Scoreboard.FILE), directory.resolve("old")); // keeps its inode
        createScoreboard();
        Files.delete(old);
    }

    @AfterEach
    void unmap() {
        scoreboard = null;
        pacing = null;
        meanwhile = null; // may refer to them
        MappedFile.delete(directory.resolve(Scoreboard.FILE));
    }

    final void accept(int connections) {
        for (int i = 0; i < connections; i++) {
            pacing.beforeAccept(listener);
            pacing.opened();
        }
    }

    private void pause(long nanos) {
        now += nanos;
        paused += nanos;
        assertThat(paused).isLessThan(WITHOUT_END);
        meanwhile.run();
    }
}
