package io.forkless.supervisor;

import io.forkless.control.ControlMessage.Granted;
import io.forkless.control.ControlMessage.Listen;
import io.forkless.control.ControlMessage.Refused;
import io.forkless.control.PrivateDirectory;
import io.forkless.control.Scoreboard;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.Ticket;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

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

    private final Configuration configuration;
    private final CountDownLatch allReady = new CountDownLatch(1);
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private final Deque<Closeable> resources = new ArrayDeque<>();
    /** Where binding, name resolution and hand-over may block; one thread, so that requests keep their order. */
    private ExecutorService blocking;

    private EventLoop loop;
    private Listeners listeners;
    private Fleet fleet;
    private boolean started;
    private boolean stopping;

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
            if (configuration.name() != null) {
                own(NameLock.acquire(configuration.name()));
            }
            listeners = own(new Listeners(configuration.selectProvider()));
            for (ListenSpec spec : configuration.listen()) {
                listeners.open(spec);
            }
            if (!configuration.listen().isEmpty()) {
                listeners.seal();
            }
            startLoop();
        } catch (IOException | RuntimeException | Error e) {
            release();
            terminate(Outcome.GAVE_UP);
            throw e;
        }
    }

    /** Waits until all workers have been ready at the same time. Returns false after the time-out or a failure. */
    public boolean awaitReady(Duration timeout) throws InterruptedException {
        return allReady.await(timeout.toNanos(), TimeUnit.NANOSECONDS) && !outcome.isDone();
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
        LOG.log(
                Level.INFO,
                "stopping: draining {0} workers",
                configuration.settings().workers());
        loop.execute(() -> {
            fleet.stopRestarting();
            boolean serving = fleet.anyReady();
            blocking.execute(() -> {
                if (serving) { // else there is nobody to empty the queues
                    quiesce();
                }
                listeners.close();
                loop.execute(fleet::drainAll);
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

    /** The workers, by index; empty before the start and after the end. */
    public List<WorkerStatus> workers() {
        synchronized (this) {
            if (!started || outcome.isDone()) {
                return List.of();
            }
        }
        CompletableFuture<List<WorkerStatus>> answer = new CompletableFuture<>();
        loop.execute(() -> answer.complete(fleet.status()));
        return answer.applyToEither(outcome.thenApply(ended -> List.of()), status -> status)
                .join();
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

    private void startLoop() throws IOException {
        PrivateDirectory directory = own(PrivateDirectory.create("forkless-"));
        loop = new EventLoop("forkless-supervisor");
        own(loop::stop);
        Scoreboard scoreboard = own(Scoreboard.create(
                directory.resolve(Scoreboard.FILE), configuration.settings().workers()));
        ControlServer control =
                own(new ControlServer(loop, directory, configuration.settings().drainTimeout()));
        blocking = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "forkless-listeners");
            thread.setDaemon(true);
            return thread;
        });
        own(blocking::shutdownNow);
        Events events = new Events();
        ProcessLauncher launcher = new ProcessLauncher(
                loop,
                control,
                directory,
                scoreboard,
                events,
                (worker, status) -> fleet.exited(worker, status),
                configuration);
        // No ThreadLocalRandom: on a thread that did not ask for it itself, its numbers are always the same.
        Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30), new SplittableRandom());
        fleet = new Fleet(configuration.settings(), backoff, loop, launcher, allReady::countDown, this::terminated);
        CompletableFuture<Void> launched = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                fleet.start();
                launched.complete(null);
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

    private void terminated(Outcome ended) {
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
        allReady.countDown();
    }

    private void quiesce() {
        try {
            listeners.quiesce(QUIESCE_LIMIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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
                    loop.execute(() -> worker.send(new Refused(request.id(), String.valueOf(e.getMessage()))));
                }
            });
        }
    }
}
