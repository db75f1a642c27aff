package io.forkless.supervisor;

import io.forkless.supervisor.link.EventLoop;
import io.forkless.supervisor.output.WorkerOutput;
import io.forkless.supervisor.process.SpawnedWorker;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Rotates the log files that workers write themselves. Belongs to the event loop's thread; waits for disks on another one.
 */
final class LogRotation {
    private final EventLoop loop;
    private final WorkerOutput output;
    private final Supplier<List<SpawnedWorker>> workers;
    private boolean underWay;

    /** @param workers those that have a process now */
    LogRotation(EventLoop loop, WorkerOutput output, Supplier<List<SpawnedWorker>> workers) {
        this.loop = loop;
        this.output = output;
        this.workers = workers;
    }

    /** Begins a look at all files, unless the previous one is still under way. Returns at once. */
    void look() {
        if (!underWay) {
            underWay = true;
            loop.executeElsewhere("forkless-log-files", true, this::rotate);
        }
    }

    /**
     * Has all files reopened after another program has renamed them.
     *
     * @return false if there are no files
     */
    boolean reopen() {
        workers.get().forEach(SpawnedWorker::reopenOutput);
        return output.reopen();
    }

    private void rotate() {
        Set<Integer> renamed = Set.of();
        try {
            renamed = output.rotate();
        } finally {
            Set<Integer> toAsk = renamed;
            loop.execute(() -> {
                underWay = false;
                workers.get().stream()
                        .filter(worker -> toAsk.contains(worker.index()))
                        .forEach(SpawnedWorker::reopenOutput);
            });
        }
    }
}
