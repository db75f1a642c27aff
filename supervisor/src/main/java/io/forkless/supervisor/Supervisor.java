package io.forkless.supervisor;

import io.forkless.control.ControlMessage.Granted;
import io.forkless.control.ControlMessage.Heartbeat;
import io.forkless.control.ControlMessage.Listen;
import io.forkless.control.ControlMessage.Refused;
import io.forkless.control.ControlMessage.Welcome;
import io.forkless.control.PrivateDirectory;
import io.forkless.control.Scoreboard;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.ServiceManager.State;
import io.forkless.spi.SharedListener;
import io.forkless.spi.Ticket;
import io.forkless.supervisor.operator.Endpoint;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

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
    private static final System.Logger LOG = System.getLogger(Supervisor.class.getName());

    /** How long the workers may take to accept what is queued before they are told to drain. */
    private static final Duration QUIESCE_LIMIT = Duration.ofSeconds(2);

    /** Time for the clients of one worker to be served by another one, where the queue cannot be closed to them. */
    private static final Duration BETWEEN_DRAINS = Duration.ofMillis(200);

    private final Configuration configuration;
    private final ServiceManagers serviceManagers = new ServiceManagers();
    private final CompletableFuture<Void> allReady = new CompletableFuture<>();
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

    /** Completes on the loop's thread, when the last worker has gone and operators can still be told. */
    private final CompletableFuture<Outcome> workersGone = new CompletableFuture<>();

    private final Deque<Closeable> resources = new ArrayDeque<>();
    private final Set<CompletableFuture<?>> unanswered = ConcurrentHashMap.newKeySet();
    /** Where binding, name resolution and hand-over may block; one thread, so that requests keep their order. */
    private ExecutorService blocking;

    private EventLoop loop;
    private Listeners listeners;
    private Fleet fleet;
    private Endpoint endpoint;
    private WorkerOutput output;
    private boolean started;
    private volatile boolean stopping;
    private volatile String failure = "";

    Supervisor(Configuration configuration) {
        this.configuration = configuration;
    }

    /** Begins the configuration of a supervisor. */
    public static SupervisorBuilder builder() {
        return new SupervisorBuilder();
    }

    /**
     * Binds the listeners and spawns the workers; returns when the processes run, see {@link #awaitReady}.
     *
     * @throws IOException if an address cannot be listened on, no provider fits, the name is taken, or the command
     *     cannot be started ({@link LaunchException}); nothing is left behind then
     */
    public synchronized void start() throws IOException {
        if (outcome.isDone()) {
            return; // told to stop before it began
        }
        if (started) {
            throw new IllegalStateException("a supervisor can be started once");
        }
        started = true;
        try {
            PrivateDirectory directory = own(PrivateDirectory.create("forkless-"));
            boolean named = configuration.name() != null;
            endpoint = own(named ? Endpoint.claim(configuration.name()) : Endpoint.unnamed(directory));
            output = own(configuration.openOutput());
            listeners = own(new Listeners(configuration.selectProvider()));
            List<SharedListener> inherited = serviceManagers.takeListeners();
            inherited.forEach(listeners::add);
            for (ListenSpec spec : configuration.listen()) {
                listeners.open(spec);
            }
            if (!configuration.listen().isEmpty() || !inherited.isEmpty()) {
                listeners.seal();
            }
            startLoop(directory);
        } catch (IOException | RuntimeException | Error e) {
            release();
            terminate(Outcome.GAVE_UP);
            throw e;
        }
    }

    /** Waits until all workers have been ready at the same time. Returns false after the time-out or a failure. */
    public boolean awaitReady(Duration timeout) throws InterruptedException {
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
     * @return completes when the last old worker has gone; fails, with the reason, if a replacement does not get ready, or
     *     ends or turns unready before the restart is complete: the restart then ends and the old workers that are left serve
     *     on; fails with a {@link NotDrainedException} if the restart is complete and an old worker did not drain
     */
    public CompletableFuture<Void> restart() {
        return onLoop(this::restartOnLoop);
    }

    private CompletableFuture<Void> restartOnLoop() {
        serviceManagers.tell(State.RELOADING, "restarting the workers");
        CompletableFuture<Void> told = new CompletableFuture<>();
        fleet.restart().whenComplete((nothing, failure) -> {
            if (!stopping) {
                serviceManagers.tell(State.READY, failure == null ? "restarted the workers" : failure.getMessage());
            }
            // Last, for whoever hears of it may stop the supervisor; and by hand, as a stage would wrap the failure.
            if (failure == null) {
                told.complete(null);
            } else {
                told.completeExceptionally(failure);
            }
        });
        return told;
    }

    /**
     * Changes how many workers there are: starts more, or drains those with the highest indexes.
     *
     * @return completes when that has begun; fails if the supervisor is stopping
     * @throws IllegalArgumentException if the number is out of range
     */
    public CompletableFuture<Void> scale(int workers) {
        Settings.requireWorkers(workers);
        return onLoop(() -> {
            fleet.scale(workers);
            return CompletableFuture.completedFuture(null);
        });
    }

    /** {@linkplain #scale(int) Scales} to that many workers more, or less if negative; at least one stays. */
    public CompletableFuture<Void> scaleBy(int difference) {
        return onLoop(() -> {
            int workers = Math.max(1, fleet.workers() + difference);
            fleet.scale(Math.min(workers, Settings.MAX_WORKERS));
            return CompletableFuture.completedFuture(null);
        });
    }

    /** Opens the log files of the workers anew, after somebody has renamed them. */
    public CompletableFuture<Void> reopenLogs() {
        return onLoop(() -> {
            output.reopen();
            return CompletableFuture.completedFuture(null);
        });
    }

    /** Runs it on the loop's thread; fails if the supervisor is not running, or ends before the answer. */
    private <T> CompletableFuture<T> onLoop(Supplier<CompletableFuture<T>> action) {
        synchronized (this) {
            if (!started || outcome.isDone()) {
                return CompletableFuture.failedFuture(new IllegalStateException("the supervisor is not running"));
            }
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        unanswered.add(result);
        result.whenComplete((answer, failure) -> unanswered.remove(result));
        loop.execute(() -> {
            try {
                action.get().whenComplete((answer, failure) -> {
                    if (failure == null) {
                        result.complete(answer);
                    } else {
                        result.completeExceptionally(failure);
                    }
                });
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        if (outcome.isDone()) { // then the loop is perhaps not there any more
            failUnanswered();
        }
        return result;
    }

    private void failUnanswered() {
        unanswered.forEach(
                result -> result.completeExceptionally(new IllegalStateException("the supervisor has ended")));
    }

    /**
     * Begins to end everything without losing a request: no worker is started any more, the queues of the listeners are
     * emptied, and the workers drain; one that takes longer than the drain time-out is killed. Returns at once.
     */
    public synchronized void stop() {
        if (!started) {
            terminate(Outcome.DRAINED);
        }
        if (stopping || outcome.isDone()) {
            return;
        }
        stopping = true;
        loop.execute(() -> {
            LOG.log(Level.INFO, "stopping: draining {0} workers", fleet.workers());
            serviceManagers.tell(State.STOPPING, "draining " + fleet.workers() + " workers");
            fleet.stopRestarting();
            boolean serving = fleet.anyReady();
            blocking.execute(() -> {
                // If nobody serves there is nobody to empty the queues.
                Duration apart = !serving || quiesce() ? Duration.ZERO : BETWEEN_DRAINS;
                listeners.close();
                loop.execute(() -> fleet.drainAll(apart));
            });
        });
    }

    /** Ends everything now; connections are lost. */
    public synchronized void kill() {
        if (!started) {
            terminate(Outcome.DRAINED);
        }
        if (!outcome.isDone()) {
            LOG.log(Level.WARNING, "killing all workers");
            stopping = true;
            loop.execute(() -> {
                fleet.stopRestarting();
                fleet.killAll();
            });
        }
    }

    /** Waits until all workers are gone. */
    public Outcome awaitTermination() throws InterruptedException {
        try {
            return outcome.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    /** What went wrong, for a person: why it gave up, or which workers did not drain. Empty if nothing did, or not yet. */
    public String failure() {
        return failure;
    }

    /** The workers, by index; empty before the start and after the end. */
    public List<WorkerStatus> workers() {
        try {
            return onLoop(() -> CompletableFuture.completedFuture(fleet.status()))
                    .join();
        } catch (CompletionException e) {
            return List.of(); // it is not running
        }
    }

    /** The name under which operator's commands reach this supervisor; {@code null} before the start. */
    public synchronized String name() {
        return endpoint == null ? null : endpoint.name();
    }

    /** Where the workers' connections come in; empty before the start and after the end. */
    public synchronized List<SocketAddress> addresses() {
        return listeners == null ? List.of() : listeners.addresses();
    }

    /** {@linkplain #stop() Stops} and waits. An interrupt {@linkplain #kill() kills} what is left, and is kept. */
    @Override
    public void close() {
        stop();
        try {
            awaitTermination();
        } catch (InterruptedException e) {
            kill();
            outcome.join();
            Thread.currentThread().interrupt();
        }
    }

    /** What would run. */
    @Override
    public String toString() {
        return configuration.describe();
    }

    private void startLoop(PrivateDirectory directory) throws IOException {
        loop = new EventLoop("forkless-supervisor");
        own(loop::stop);
        Scoreboard scoreboard = own(Scoreboard.create(directory.resolve(Scoreboard.FILE)));
        Settings settings = configuration.settings();
        Welcome welcome = new Welcome(settings.drainTimeout(), settings.heartbeatInterval());
        Operations operations = new Operations();
        ControlServer control = own(new ControlServer(
                loop,
                directory,
                welcome,
                endpoint.token(),
                connection -> new OperatorSession(loop, connection, operations)));
        endpoint.publish(control.address());
        blocking = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "forkless-listeners");
            thread.setDaemon(true);
            return thread;
        });
        own(blocking::shutdownNow);
        own(endpoint); // to go before the control channel: who sees that end finds the name free
        Events events = new Events();
        ProcessLauncher launcher = new ProcessLauncher(
                loop,
                control,
                directory,
                scoreboard,
                events,
                (worker, status) -> fleet.exited(worker, status),
                configuration,
                output,
                new FastStart(configuration.fastStart(), configuration.command(), configuration.environment()));
        // No ThreadLocalRandom: on a thread that did not ask for it itself, its numbers are always the same.
        Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30), new SplittableRandom());
        fleet = new Fleet(settings, backoff, loop, launcher, this::allReady, this::terminated);
        CompletableFuture<Void> launched = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                fleet.start();
                launched.complete(null);
                inspectRegularly();
                serviceManagers.watchdogInterval().ifPresent(interval -> assureRegularly(interval.dividedBy(2)));
            } catch (Throwable e) {
                launched.completeExceptionally(e); // else nobody would hear of it, and the caller would wait for ever
            }
        });
        loop.start();
        try {
            launched.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private void allReady() {
        serviceManagers.tell(State.READY, fleet.workers() + " workers serve");
        allReady.complete(null);
    }

    private void inspectRegularly() {
        loop.after(Settings.INSPECTION_INTERVAL, this::inspectRegularly); // first: nothing may end the inspections
        fleet.inspect();
    }

    /** From this thread, so that the service manager hears of it if the thread does no more. */
    private void assureRegularly(Duration interval) {
        serviceManagers.tell(State.ALIVE, "");
        loop.after(interval, () -> assureRegularly(interval));
    }

    private void terminated(Outcome ended) {
        failure = ended == Outcome.DRAINED ? "" : fleet.failure();
        workersGone.complete(ended);
        // Not on the loop's thread, which is one of the things to be released.
        new Thread(
                        () -> {
                            release();
                            LOG.log(Level.INFO, "stopped: {0}", ended);
                            terminate(ended);
                        },
                        "forkless-termination")
                .start();
    }

    private void terminate(Outcome ended) {
        outcome.complete(ended);
        allReady.completeExceptionally(new IllegalStateException("the supervisor has ended: " + ended));
        failUnanswered();
    }

    private boolean quiesce() {
        try {
            return listeners.quiesce(QUIESCE_LIMIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true; // the supervision ends at once
        }
    }

    private <T extends Closeable> T own(T resource) {
        synchronized (resources) {
            resources.push(resource);
        }
        return resource;
    }

    /** In the reverse order of acquisition. */
    private void release() {
        synchronized (resources) {
            while (!resources.isEmpty()) {
                try {
                    resources.pop().close();
                } catch (IOException e) {
                    LOG.log(Level.WARNING, "cannot clean up: {0}", e.getMessage());
                }
            }
        }
    }

    private final class Events implements SpawnedWorker.Events {
        @Override
        public void ready(SpawnedWorker worker) {
            fleet.ready(worker);
        }

        @Override
        public void unready(SpawnedWorker worker) {
            fleet.unready(worker);
        }

        @Override
        public void drained(SpawnedWorker worker) {
            fleet.drained(worker);
        }

        @Override
        public void heartbeat(SpawnedWorker worker, Heartbeat heartbeat) {
            fleet.heartbeat(worker, heartbeat);
        }

        @Override
        public void linkLost(SpawnedWorker worker) {
            fleet.linkLost(worker);
        }

        @Override
        public void listenRequested(SpawnedWorker worker, Listen request) {
            ProcessHandle process = worker.linkedProcess();
            blocking.execute(() -> {
                try {
                    Ticket ticket = listeners.ticketFor(request.spec(), process);
                    loop.execute(() -> worker.send(new Granted(request.id(), ticket)));
                } catch (IOException | RuntimeException e) {
                    LOG.log(Level.WARNING, "worker " + worker.index() + ": " + e.getMessage());
                    loop.execute(() -> {
                        if (e instanceof NotGrantedException) {
                            fleet.refused(worker, e.getMessage());
                        }
                        worker.send(new Refused(request.id(), String.valueOf(e.getMessage())));
                    });
                }
            });
        }
    }

    private final class Operations implements OperatorSession.Operations {
        @Override
        public Fleet fleet() {
            return fleet;
        }

        @Override
        public CompletionStage<Void> restart() {
            return restartOnLoop();
        }

        @Override
        public CompletionStage<Void> allReady() {
            return allReady;
        }

        @Override
        public CompletionStage<Outcome> stop() {
            Supervisor.this.stop();
            return workersGone;
        }

        @Override
        public void reopenLogs() {
            output.reopen();
        }
    }
}
