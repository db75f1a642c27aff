package io.forkless.supervisor;

import io.forkless.supervisor.admin.LeftWorkers;
import io.forkless.supervisor.admin.Predecessor;
import io.forkless.supervisor.command.Placeholders;
import io.forkless.supervisor.output.Log;
import io.forkless.supervisor.pool.Settings;
import io.forkless.supervisor.pool.SupervisorLife;
import io.forkless.supervisor.pool.SupervisorState;
import io.forkless.supervisor.pool.SupervisorTransition;
import io.forkless.supervisor.process.Program;
import io.forkless.supervisor.status.Outcome;
import io.forkless.supervisor.status.WorkerStatus;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Owns listening sockets and keeps N worker processes serving from them.
 *
 * <pre>{@code
 * try (Supervisor supervisor = Supervisor.builder()
 *         .command(List.of("java", "-jar", "app.jar"))
 *         .workers(4)
 *         .listen(ListenSpec.parse("8080"))
 *         .build()) {
 *     supervisor.start();
 *     supervisor.awaitTermination();
 * }
 * }</pre>
 *
 * Thread-safe. One supervisor can be started once.
 */
public final class Supervisor implements AutoCloseable {
    private static final System.Logger LOG = Log.supervisor();

    /** How long the end waits for what the log has still to write. */
    private static final Duration LAST_WORDS_LIMIT = Duration.ofSeconds(1);

    private final Configuration configuration;
    private final Resources resources = new Resources();

    /** Completes when the start has come to its end, or is given up. */
    private final CompletableFuture<Void> started = new CompletableFuture<>();

    private final CompletableFuture<Void> allReady = new CompletableFuture<>();
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

    /** Completes before the listeners have heard of it; for those, as the outcome waits for them. */
    private final CompletableFuture<Outcome> workersGone = new CompletableFuture<>();

    private final SupervisorLife life = new SupervisorLife();

    /** Held for moments only: a stop waits for nothing but the last word of a predecessor, least of all for a start. */
    private final Object lock = new Object();

    /** The supervisor from which this one takes over; {@code null} if there is none, or none yet. */
    private volatile Predecessor predecessor;

    /** Whose workers a stop drains. Until it is there a stop is the end; from then on it belongs to the loop's thread. */
    private volatile Supervision supervision;

    /** The same before that, if it adopts workers whom nobody else supervises: a stop drains them, too. Guarded by the lock. */
    private Supervision adopting;

    /** What that one is to do as soon as it is there; {@code null} for nothing. Guarded by the lock. */
    private Consumer<Supervision> early;

    Supervisor(Configuration configuration) {
        this.configuration = configuration;
    }

    /**
     * Makes a supervisor that adopts the workers that an earlier one of that name has left, and drains them. It is started like
     * any other, but starts no workers and ends when they have gone. Its start fails if a supervisor of that name is running.
     *
     * @return empty if there are no such workers
     * @throws IOException if the runtime directory, where they would be recorded, cannot be determined
     */
    public static Optional<Supervisor> toDrainLeftWorkers(String name) throws IOException {
        LeftWorkers left = LeftWorkers.of(name);
        return left.isEmpty()
                ? Optional.empty()
                : Optional.of(builder()
                        .name(name)
                        .workers(Math.min(left.records().size(), Settings.MAX_WORKERS))
                        .drainTimeout(left.drainTimeout())
                        .buildToDrain());
    }

    /** Begins the configuration of a supervisor. */
    public static SupervisorBuilder builder() {
        return new SupervisorBuilder();
    }

    /**
     * Binds the listeners and spawns the workers; returns when the processes run, see {@link #awaitReady}. With a
     * {@linkplain SupervisorBuilder#name name} it first adopts workers that an earlier supervisor of that name has left, and
     * may wait up to 25 s until they have called.
     *
     * @throws IOException if an address cannot be listened on, no provider fits, the name is taken, there is no supervisor to
     *     {@linkplain SupervisorBuilder#takeOver take over} from or it refuses, or the command cannot be started
     *     ({@link io.forkless.supervisor.status.LaunchException}); nothing of this supervisor is left behind then
     */
    public void start() throws IOException {
        synchronized (lock) {
            if (!life.tryToMake(SupervisorTransition.START)) {
                if (life.is(SupervisorState.ENDED) && !started.isDone()) {
                    return; // told to stop before it began
                }
                throw new IllegalStateException("a supervisor can be started once");
            }
        }
        Throwable failure = awaitStarted();
        if (isGivenUp()) {
            end(Outcome.DRAINED); // there was nothing to drain yet
            leaveToPredecessor("it was told to stop");
        } else if (failure != null) {
            life.tryToMake(SupervisorTransition.END);
            end(Outcome.GAVE_UP);
            leaveToPredecessor(String.valueOf(failure.getMessage()));
            rethrow(failure);
        }
    }

    /** When nothing of this supervisor is in its way any more. */
    private void leaveToPredecessor(String reason) {
        Predecessor other = predecessor;
        if (other != null) {
            try (other) {
                other.giveUp(reason);
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "it has noticed, or is gone", e);
            }
        }
    }

    /** It was told to stop during its start. */
    private boolean isGivenUp() {
        synchronized (lock) {
            return supervision == null && life.is(SupervisorState.ENDED);
        }
    }

    /** On a thread of its own, since nobody knows how long it takes to resolve a name. */
    private Throwable awaitStarted() {
        try {
            Thread thread = new Thread(this::startUnlessStopped, "forkless-start");
            thread.setDaemon(true);
            thread.start();
            started.join();
            return null;
        } catch (CompletionException e) {
            return e.getCause();
        } catch (OutOfMemoryError e) {
            started.completeExceptionally(e);
            return e;
        }
    }

    private void startUnlessStopped() {
        try {
            if (configuration.takesOver()) {
                predecessor = Predecessor.connect(configuration.name());
            }
            Supervision ready = new Supervision(configuration, predecessor, life, resources, allReady, this::end);
            if (!isToGoOn(ready)) {
                return;
            }
            ready.adopt();
            synchronized (lock) {
                if (life.is(SupervisorState.ENDED)) {
                    return; // and resources are given back
                }
                ready.launch(); // not before it is certain that they stay
                supervision = ready; // from now on a stop drains workers
            }
            ready.awaitLaunched();
            if (predecessor != null) {
                predecessor.close();
            }
            configuration.advice().forEach(advice -> LOG.log(Level.WARNING, advice.toString()));
            started.complete(null);
        } catch (Throwable e) {
            started.completeExceptionally(e);
        }
    }

    /** Whether the start is to go on. */
    private boolean isToGoOn(Supervision ready) {
        synchronized (lock) {
            if (predecessor == null && ready.adopts()) {
                adopting = ready;
                if (early != null) {
                    early.accept(ready);
                }
            } else if (early != null) {
                life.tryToMake(SupervisorTransition.END); // they have ended meanwhile
                started.complete(null);
            }
            return !life.is(SupervisorState.ENDED);
        }
    }

    private static void rethrow(Throwable failure) throws IOException {
        if (failure instanceof IOException io) {
            throw io;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        throw failure instanceof RuntimeException e ? e : new IllegalStateException(failure);
    }

    /** Waits until all workers have been ready at the same time. Returns false after the time-out or a failure. */
    public boolean awaitReady(Duration timeout) throws InterruptedException {
        requireNotOnLoop();
        try {
            allReady.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            return !outcome.isDone();
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    /**
     * Replaces every worker without losing a request or capacity: each replacement is a fresh process of the same
     * command, and only when it is ready the worker that it replaces drains. While a restart is under way, another one
     * makes it begin anew and ends with it.
     *
     * @return completes, on a thread of its own, when the last old worker has gone; fails, with the reason, if a
     *     replacement does not get ready, or ends or turns unready before the restart is complete: the restart then ends and
     *     the old workers that are left serve on; fails with a {@link io.forkless.supervisor.status.NotDrainedException} if the restart is complete and an
     *     old worker did not drain
     */
    public CompletableFuture<Void> restart() {
        return call(running -> running.restart(OptionalInt.empty()));
    }

    /**
     * The same, with a {@linkplain SupervisorBuilder#maxSurge surge} of its own.
     *
     * @param maxSurge how many replacements may start at a time
     * @return as of {@link #restart()}
     * @throws IllegalArgumentException if the number is out of range
     */
    public CompletableFuture<Void> restart(int maxSurge) {
        Settings.requireSurge(maxSurge);
        return call(running -> running.restart(OptionalInt.of(maxSurge)));
    }

    /**
     * Changes how many workers there are: starts more, or drains those with the highest indexes.
     *
     * @return completes, on a thread of its own, when that has begun; fails if the supervisor is stopping
     * @throws IllegalArgumentException if the number is out of range
     */
    public CompletableFuture<Void> scale(int workers) {
        Settings.requireWorkers(workers);
        return call(running -> {
            running.scale(workers);
            return CompletableFuture.completedFuture(null);
        });
    }

    /**
     * {@linkplain #scale(int) Scales} to that many workers more, or less if negative; at least one stays.
     *
     * @return as of {@link #scale}
     */
    public CompletableFuture<Void> scaleBy(int difference) {
        return call(running -> {
            int workers = Math.max(1, running.pool().workers() + difference);
            running.scale(Math.min(workers, Settings.MAX_WORKERS));
            return CompletableFuture.completedFuture(null);
        });
    }

    /**
     * Has the log files reopened, after another program has renamed them. A worker that writes its file itself does so within
     * moments; if it cannot, it goes on in the renamed file, and the log says so. Other files are reopened with their next line.
     *
     * @return completes, on a thread of its own, when the workers have been told
     */
    public CompletableFuture<Void> reopenLogs() {
        return call(running -> {
            running.reopenLogs();
            return CompletableFuture.completedFuture(null);
        });
    }

    private <T> CompletableFuture<T> call(Function<Supervision, CompletableFuture<T>> action) {
        Supervision running = supervision;
        return running == null || outcome.isDone()
                ? CompletableFuture.failedFuture(new IllegalStateException("the supervisor is not running"))
                : running.call(action);
    }

    /**
     * Begins to end everything without losing a request: no worker is started any more, the queues of the listeners are
     * emptied, and the workers drain; one that takes longer than the drain time-out is killed. A start that is under way
     * is given up, unless an earlier supervisor has left workers: they are adopted, to be drained. Returns at once.
     */
    public void stop() {
        end(Supervision::stop);
    }

    /** Ends everything now; connections are lost. Returns at once. */
    public void kill() {
        end(running -> {
            if (!outcome.isDone()) {
                LOG.log(Level.WARNING, "killing all workers");
                running.kill();
            }
        });
    }

    private void end(Consumer<Supervision> action) {
        boolean adopts = supervision == null && adoptsWorkers();
        Supervision running;
        boolean begun;
        synchronized (lock) {
            running = supervision == null ? adopting : supervision;
            begun = !life.is(SupervisorState.NEW);
            if (running == null) {
                if (adopts && life.is(SupervisorState.STARTING)) {
                    early = early == null ? action : early.andThen(action);
                    return;
                }
                if (!life.tryToMake(SupervisorTransition.END)) {
                    return; // it has ended before
                }
            }
        }
        if (running != null) {
            action.accept(running);
        } else if (begun) {
            started.complete(null); // whoever starts it sees to the rest
        } else {
            terminate(Outcome.DRAINED);
        }
    }

    /** Whether there are workers that nobody else supervises. If it takes over, the other supervisor goes on. */
    private boolean adoptsWorkers() {
        try {
            return configuration.name() != null
                    && !configuration.takesOver()
                    && !LeftWorkers.of(configuration.name()).isEmpty();
        } catch (IOException e) {
            return false; // the start fails as well
        }
    }

    /** Waits until all workers are gone, and the listeners have heard of it; one of those waits for the workers alone. */
    public Outcome awaitTermination() throws InterruptedException {
        requireNotOnLoop();
        try {
            return awaited().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    /** What went wrong, for a person: why it gave up, or which workers did not drain. Empty if nothing did, or not yet. */
    public String failure() {
        Supervision current = supervision;
        return current == null ? "" : current.failure();
    }

    /** The workers, by index; empty before the start and after the end. */
    public List<WorkerStatus> workers() {
        try {
            return supervision == null ? List.of() : supervision.workers();
        } catch (CompletionException e) {
            return List.of(); // it has ended
        }
    }

    /** The name under which operator's commands reach this supervisor; {@code null} before the start. */
    public String name() {
        return supervision == null ? null : supervision.name();
    }

    /** Where the workers' connections come in; empty before the start and after the end. */
    public List<SocketAddress> addresses() {
        return supervision == null ? List.of() : supervision.addresses();
    }

    /** {@linkplain #stop() Stops} and waits. An interrupt {@linkplain #kill() kills} what is left, and is kept. */
    @Override
    public void close() {
        requireNotOnLoop();
        stop();
        try {
            awaitTermination();
        } catch (InterruptedException e) {
            kill();
            awaited().join();
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Looks whether the directory, the program and the jar of {@code java -jar} are there, as far as that can be told without a
     * start. For those who want to know before they start it; {@link #start} does so itself.
     *
     * @throws IOException if not, a {@link io.forkless.supervisor.status.LaunchException}; the message names what is missing
     */
    public void check() throws IOException {
        Program.requireStartable(new Placeholders(0, name()).fill(configuration.command()), configuration.directory());
    }

    /** What would run. */
    @Override
    public String toString() {
        return configuration.describe();
    }

    private CompletableFuture<Outcome> awaited() {
        return supervision != null && supervision.isCallingListener() ? workersGone : outcome;
    }

    /** Gives back what there is, whatever fails, and then lets everybody know. */
    private void end(Outcome ended) {
        try {
            workersGone.complete(ended);
            allReady.completeExceptionally(new IllegalStateException("the supervisor has ended: " + ended));
            if (supervision != null) {
                supervision.awaitListeners(); // while operators see that it is still here
            }
            resources.close();
            Log.flush(LAST_WORDS_LIMIT);
        } finally {
            terminate(ended);
        }
    }

    private void terminate(Outcome ended) {
        outcome.complete(ended);
        allReady.completeExceptionally(new IllegalStateException("the supervisor has ended: " + ended));
        if (supervision != null) {
            supervision.ended();
        }
    }

    private void requireNotOnLoop() {
        if (supervision != null && supervision.isOnLoop()) {
            throw new IllegalStateException("the supervisor's own thread cannot wait for the supervisor");
        }
    }
}
