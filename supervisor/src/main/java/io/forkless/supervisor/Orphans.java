package io.forkless.supervisor;

import io.forkless.internal.control.ControlMessage.Again;
import io.forkless.internal.control.ControlMessage.Holding;
import io.forkless.supervisor.link.EventLoop;
import io.forkless.supervisor.listen.ListenerTakeover;
import io.forkless.supervisor.output.Log;
import io.forkless.supervisor.pool.Orphan;
import io.forkless.supervisor.pool.Orphan.Condition;
import io.forkless.supervisor.pool.WorkerPool;
import io.forkless.supervisor.pool.WorkerProcess;
import io.forkless.supervisor.process.SpawnedWorker;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The workers that an earlier supervisor has left. Each calls and hands over its listeners before the pool begins; one that calls
 * later, for example because it was stopped, is adopted then. Belongs to the event loop's thread.
 */
final class Orphans {
    /** Until the first one has called, nothing can be done without them. */
    private static final Duration FIRST_LIMIT = Duration.ofSeconds(20);

    /** After the first one. Those that have not called by then may be frozen; the others need a supervisor again. */
    private static final Duration ALL_LIMIT = Duration.ofSeconds(5);

    private static final System.Logger LOG = Log.supervisor();

    private final EventLoop loop;
    private final ListenerTakeover takeover;
    private final Map<SpawnedWorker, Duration> ages = new LinkedHashMap<>();
    private final Map<SpawnedWorker, List<Holding>> called = new LinkedHashMap<>();
    private final Set<SpawnedWorker> awaited = new LinkedHashSet<>();
    private final CompletableFuture<Void> anyTaken = new CompletableFuture<>();
    private final CompletableFuture<Void> allTaken = new CompletableFuture<>();

    /** Those that had not called when the wait was over, for a message. */
    private volatile String silentOnes = "";

    /** The supervisor's pool, once it has begun; {@code null} before. */
    private WorkerPool pool;

    Orphans(EventLoop loop, ListenerTakeover takeover) {
        this.loop = loop;
        this.takeover = takeover;
    }

    /** @param workers those that are about to call, with the ages of their processes */
    void expect(Map<SpawnedWorker, Duration> workers) {
        ages.putAll(workers);
        // One that has never called has no listener yet; it calls when it has booted.
        workers.keySet().stream().filter(SpawnedWorker::hasEverCalled).forEach(awaited::add);
        checkAllTaken();
    }

    /** A worker has called. */
    void calledAgain(SpawnedWorker worker, Again introduction) {
        called.put(worker, introduction.holdings());
        takeover.from(worker, introduction.holdings()).thenRun(() -> taken(worker));
    }

    private void taken(SpawnedWorker worker) {
        awaited.remove(worker);
        anyTaken.complete(null);
        checkAllTaken();
        if (pool != null && worker.isConnected()) {
            takeIn(worker);
            renew(Map.of());
        }
    }

    private void takeIn(SpawnedWorker worker) {
        pool.linkRestored(worker);
        if (worker.isReady()) {
            pool.ready(worker);
        } else {
            pool.unready(worker);
        }
        worker.tellAdopted();
    }

    /** Its process has ended. */
    void exited(SpawnedWorker worker) {
        ages.remove(worker);
        called.remove(worker);
        awaited.remove(worker);
        checkAllTaken();
    }

    private void checkAllTaken() {
        if (awaited.isEmpty()) {
            anyTaken.complete(null);
            allTaken.complete(null);
        }
    }

    /**
     * On another thread: waits until all have handed over what they have, within reason.
     *
     * @param isAnothers of a worker that does not call: whether its supervisor still runs; on the loop's thread
     * @param leave gets each such worker
     */
    void await(Predicate<SpawnedWorker> isAnothers, Consumer<SpawnedWorker> leave) throws IOException {
        try {
            if (!isDone(anyTaken, FIRST_LIMIT) || !isDone(allTaken, ALL_LIMIT)) {
                CompletableFuture<String> silent = new CompletableFuture<>();
                loop.execute(() -> {
                    leave(awaited.stream().filter(isAnothers).toList(), leave);
                    silent.complete(describe(awaited));
                });
                silentOnes = silent.join();
                if (!silentOnes.isEmpty()) {
                    LOG.log(
                            Level.WARNING,
                            "{0}: no answer from these workers, which an earlier supervisor has started; going on without",
                            silentOnes);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for workers of an earlier supervisor", e);
        }
    }

    private void leave(List<SpawnedWorker> workers, Consumer<SpawnedWorker> leave) {
        for (SpawnedWorker worker : workers) {
            LOG.log(
                    Level.WARNING,
                    "worker {0} (pid {1}) belongs to the supervisor with pid {2}, which had this name before and still"
                            + " runs: it is left alone",
                    worker.index(),
                    "" + worker.pid(),
                    "" + worker.owner().pid());
            exited(worker);
            leave.accept(worker);
        }
    }

    /** For a kill: those that have not called will not. */
    void awaitNoLonger() {
        anyTaken.complete(null);
        allTaken.complete(null);
    }

    /** The opening of listeners, which may fail because workers that have not called hold them. */
    interface Opening {
        /** @param heldElsewhere whether there are workers that have not called */
        void open(boolean heldElsewhere) throws IOException;
    }

    /** Opens listeners; a failure names the workers that have not called. On another thread, after {@link #await}. */
    void blame(Opening opening) throws IOException {
        String silent = silentOnes;
        try {
            opening.open(!silent.isEmpty());
        } catch (IOException e) {
            throw silent.isEmpty()
                    ? e
                    : new IOException(
                            e.getMessage() + "; these workers, which an earlier supervisor has started, may have it and"
                                    + " have not answered: " + silent,
                            e);
        }
    }

    private static boolean isDone(CompletableFuture<Void> condition, Duration limit) throws InterruptedException {
        try {
            condition.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // never completed with a failure
        }
    }

    /** Those whose processes are running. */
    List<Orphan> toAdopt() {
        List<Orphan> all = new ArrayList<>();
        ages.forEach((worker, age) -> all.add(new Orphan(worker, worker.index(), age, condition(worker))));
        return all;
    }

    /** One that has not called is taken to serve, until it is found to hang. */
    private Condition condition(SpawnedWorker worker) {
        if (worker.isDraining()) {
            return Condition.DRAINING;
        }
        boolean silent = awaited.contains(worker) && !called.containsKey(worker);
        return worker.isReady() || silent ? Condition.READY : Condition.UNREADY;
    }

    /**
     * The pool has adopted them.
     *
     * @param unwanted where listeners were bound that are no longer wanted
     * @return completes when those that cannot stay are replaced
     */
    CompletableFuture<Void> adopted(WorkerPool newPool, Set<String> unwanted) {
        pool = newPool;
        called.keySet().stream().filter(worker -> !awaited.contains(worker)).forEach(SpawnedWorker::tellAdopted);
        Map<WorkerProcess, String> outdated = new LinkedHashMap<>();
        called.forEach((worker, holdings) -> {
            if (holdings.stream().anyMatch(holding -> unwanted.contains(holding.bound()))) {
                outdated.put(worker, "it serves from a listener that is not wanted any more");
            }
        });
        return renew(outdated);
    }

    private CompletableFuture<Void> renew(Map<WorkerProcess, String> more) {
        Map<WorkerProcess, String> outdated = new LinkedHashMap<>(more);
        ages.keySet().stream()
                .filter(worker -> worker.outdated() != null)
                .forEach(worker -> outdated.put(worker, worker.outdated()));
        outdated.keySet().forEach(worker -> ((SpawnedWorker) worker).outdated(null)); // once
        return outdated.isEmpty() ? CompletableFuture.completedFuture(null) : pool.renew(outdated);
    }

    private static String describe(Set<SpawnedWorker> workers) {
        return workers.stream()
                .sorted(Comparator.comparingInt(SpawnedWorker::index))
                .map(worker -> "worker " + worker.index() + " (pid " + worker.pid() + ")")
                .collect(Collectors.joining(", "));
    }
}
