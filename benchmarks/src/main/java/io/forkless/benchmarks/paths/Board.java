package io.forkless.benchmarks.paths;

import io.forkless.internal.control.Scoreboard;
import io.forkless.worker.AcceptPacing;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;

/** A scoreboard as a supervisor makes it, with workers that have no connection. */
final class Board {
    private final Scoreboard mapped;

    private Board(Scoreboard mapped) {
        this.mapped = mapped;
    }

    static Board withWorkers(int workers) throws IOException {
        Path directory = Files.createTempDirectory("board");
        Path file = directory.resolve(Scoreboard.FILE);
        try (Scoreboard supervisors = Scoreboard.create(file)) {
            for (int i = 0; i < workers; i++) {
                supervisors.vacate(i);
            }
        }
        Scoreboard mapped = Scoreboard.map(file);
        Files.delete(file); // what is mapped stays
        Files.delete(directory);
        for (int i = 0; i < workers; i++) {
            mapped.publish(i, 0, 0);
        }
        return new Board(mapped);
    }

    Scoreboard scoreboard() {
        return mapped;
    }

    /** Only a worker with a supervisor gets one in the open. */
    AcceptPacing pacingOf(int worker) throws ReflectiveOperationException {
        Constructor<AcceptPacing> constructor = AcceptPacing.class.getDeclaredConstructor(Scoreboard.class, int.class);
        constructor.setAccessible(true);
        return constructor.newInstance(mapped, worker);
    }
}
