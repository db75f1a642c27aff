package io.forkless.supervisor;

import io.forkless.internal.control.ControlMessage;
import io.forkless.internal.control.ControlMessage.Again;
import io.forkless.internal.control.ControlMessage.Heartbeat;
import io.forkless.internal.control.ControlMessage.Listen;
import io.forkless.internal.control.ControlMessage.Welcome;
import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.ProcessIdentity;
import io.forkless.internal.control.RevivalLock;
import io.forkless.internal.control.Scoreboard;
import io.forkless.internal.control.SupervisorLaunch;
import io.forkless.spi.ServiceManager.State;
import io.forkless.supervisor.admin.AdminSession;
import io.forkless.supervisor.admin.Endpoint;
import io.forkless.supervisor.admin.HandOver;
import io.forkless.supervisor.admin.Predecessor;
import io.forkless.supervisor.archive.FastStart;
import io.forkless.supervisor.command.WorkerCommand;
import io.forkless.supervisor.link.Calls;
import io.forkless.supervisor.link.ControlServer;
import io.forkless.supervisor.link.EventLoop;
import io.forkless.supervisor.listen.ListenRequests;
import io.forkless.supervisor.listen.ListenerTakeover;
import io.forkless.supervisor.listen.Listeners;
import io.forkless.supervisor.listen.ServiceManagers;
import io.forkless.supervisor.output.Log;
import io.forkless.supervisor.output.WorkerOutput;
import io.forkless.supervisor.pool.Backoff;
import io.forkless.supervisor.pool.Orphan;
import io.forkless.supervisor.pool.Settings;
import io.forkless.supervisor.pool.SupervisorLife;
import io.forkless.supervisor.pool.SupervisorTransition;
import io.forkless.supervisor.pool.WorkerPool;
import io.forkless.supervisor.process.EventCommand;
import io.forkless.supervisor.process.ProcessLauncher;
import io.forkless.supervisor.process.Program;
import io.forkless.supervisor.process.Roster;
import io.forkless.supervisor.process.SpawnedWorker;
import io.forkless.supervisor.status.Outcome;
import io.forkless.supervisor.status.SupervisorEvent;
import io.forkless.supervisor.status.SupervisorListener;
import io.forkless.supervisor.status.WorkerStatus;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;

/** What a supervisor that has been started consists of, and how its parts hear of each other. */
final class Supervision {
    private static final System.Logger LOG = Log.supervisor();

    /** How long the predecessor may take to close its log files if the disk is slow. */
    private static final Duration OUTPUT_LIMIT = Duration.ofSeconds(5);

    private static final Duration OUTPUT_PAUSE = Duration.ofMillis(50);

    /** By then workers have accepted all connections that were queued while an earlier supervisor had quiesced a listener. */
    private static final Duration QUIESCED_CONNECTIONS_LIMIT = Duration.ofSeconds(5);

    private final Predecessor predecessor;
    private final SupervisorLife life;
    private final ServiceManagers serviceManagers;
    private final CompletableFuture<Void> allReady;
    private final Consumer<Outcome> whenEnded;
    private final Endpoint endpoint;
    private final Runnable ownLog;
    private final Listeners listeners;
    private final ListenRequests listenRequests;
    private final EventLoop loop;
    private final Calls calls;
    private final ProcessLauncher launcher;
    private final WorkerPool pool;
    private final EventDelivery events;
    private final Upkeep upkeep;
    private final FileChanges fileChanges;
    private final LogRotation logRotation;
    private final LateClasses lateClasses;
    private final ServiceFiles files;
    private final int configuredWorkers;
    private final SupervisorLaunch launch;
    private final Gate gate;
    private final Handover handover;
    private final Scoreboard scoreboard;
    private final Orphans orphans;
    private final ListenerTakeover takeover;
    private final ListenerSetup setup;
    private final SocketAddress address;
    private final boolean adopts;

    /** Whether it was told to end while another one took over: if that one does, that is for it. */
    private volatile boolean toldToEndLate;

    /** What is to be done at once when this is launched; {@code null} if it is to serve. Only the loop's thread changes it. */
    private volatile Runnable end;

    private Set<String> unwanted = Set.of();
    private final CompletableFuture<Void> launched = new CompletableFuture<>();

    /** Completes on the loop's thread, when the last worker has gone and operators can still be told. */
    private final CompletableFuture<Outcome> workersGone = new CompletableFuture<>();

    /** Completes when workers that were started with another command or other options are replaced. */
    private CompletableFuture<Void> renewed = CompletableFuture.completedFuture(null);

    private volatile String failure = "";

    /**
     * Makes everything ready to run, and finds the workers that an earlier supervisor has left; {@link #adopt} comes next.
     *
     * @param predecessor the supervisor that is to step down; {@code null} if there is none
     * @param life is starting; from the launch on only the loop's thread changes it
     * @param resources gets what is to be given back at the end, and also if this fails
     * @param allReady completes when all workers have been ready at the same time
     * @param whenEnded called once when no worker is left, on a thread of its own
     */
    Supervision(
            Configuration configuration,
            Predecessor predecessor,
            SupervisorLife life,
            Resources resources,
            CompletableFuture<Void> allReady,
            Consumer<Outcome> whenEnded)
            throws IOException {
        this.predecessor = predecessor;
        this.life = life;
        this.allReady = allReady;
        this.whenEnded = whenEnded;
        serviceManagers = resources.own(new ServiceManagers()); // the last to go: it hears everything
        end = configuration.endsOrphans() ? this::stopOnLoop : null;
        listeners = resources.own(new Listeners(configuration.selectProvider()));
        setup = new ListenerSetup(configuration.listen(), listeners);
        if (predecessor != null) {
            setup.takeFrom(predecessor);
            predecessor.stepDown();
        }
        files = ServiceFiles.claim(configuration.name(), resources);
        endpoint = files.endpoint();
        PrivateDirectory directory = files.directory();
        Settings settings = configuration.settings();
        configuredWorkers = settings.workers();
        Roster roster = files.roster(configuration);
        WorkerOutput output = resources.own(openOutput(configuration, predecessor != null));
        ownLog = configuration.output().ownLog();
        launch = configuration.launch();
        loop = new EventLoop("forkless-supervisor");
        resources.own(loop::stop);
        calls = new Calls(loop);
        gate = new Gate(loop);
        Welcome welcome = new Welcome(settings.drainTimeout(), settings.heartbeatInterval());
        Operations operations = new Operations();
        ControlServer control = resources.own(new ControlServer(
                loop,
                directory,
                welcome,
                endpoint.token(),
                connection -> new AdminSession(loop, connection, operations)));
        events = new EventDelivery(listeners(configuration, resources));
        resources.own(endpoint); // to go before the control channel: who sees that end finds the name free
        if (files.isNamed()) {
            resources.own(directory); // before the name is free: nothing may be in the way of the next one
        }
        scoreboard = resources.own(Scoreboard.openOrCreate(directory.resolve(Scoreboard.FILE)));
        upkeep = resources.own(new Upkeep(
                List.of(directory, endpoint),
                List.of(control, scoreboard, roster, listeners),
                scoreboard::now)); // before any of them goes
        takeover = new ListenerTakeover(loop, listeners, files.leftListeners());
        orphans = new Orphans(loop, takeover);
        listenRequests = new ListenRequests(loop, listeners, this::notGranted);
        WorkerCommand workers = configuration.workerCommand();
        launcher = new ProcessLauncher(
                loop,
                control,
                directory,
                scoreboard,
                new Events(),
                this::exited,
                workers,
                new Program(configuration.command(), configuration.directory()),
                endpoint.name(),
                output,
                new FastStart(configuration.fastStart(), workers, endpoint.name(), configuration.directory()),
                roster);
        logRotation = new LogRotation(loop, output, launcher::running);
        lateClasses = new LateClasses(loop);
        fileChanges = new FileChanges(loop, launcher::running, configuration.argumentFiles());
        // No ThreadLocalRandom: on a thread that did not ask for it itself, its numbers are always the same.
        Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30), new SplittableRandom());
        pool = new WorkerPool(
                life,
                settings,
                backoff,
                gate,
                index -> {
                    if (end != null) {
                        throw new IOException("the service is about to end");
                    }
                    upkeep.check(); // a worker looks for what it needs as soon as it runs
                    return launcher.launch(index);
                },
                new ListenerQueues(loop, listeners, scoreboard),
                this::allReady,
                this::terminated,
                events::tell);
        StepDown stepDown = new StepDown(
                life,
                gate,
                upkeep,
                output,
                control,
                launcher,
                listeners,
                files,
                resources.own(new RevivalLock(directory.path())),
                this::handedOver);
        handover = new Handover(loop, listeners, stepDown);
        setup.inherit(serviceManagers);
        address = control.address();
        Map<SpawnedWorker, Duration> left = launcher.adopt();
        orphans.expect(left);
        adopts = !left.isEmpty();
        if (adopts) {
            LOG.log(Level.INFO, "waiting for {0} workers that an earlier supervisor has left", "" + left.size());
            loop.start();
        }
    }

    /** Whether there are workers that an earlier supervisor has left: a stop is for them, too. */
    boolean adopts() {
        return adopts;
    }

    /**
     * Waits for those workers, and binds the listeners. May block for as long as it takes to resolve a name. If it is told to
     * stop meanwhile, it does so as soon as it is launched.
     */
    void adopt() throws IOException {
        if (adopts) {
            endpoint.publish(address); // they call as soon as they can know where
            orphans.await(this::isAnothers, launcher::leave);
        }
        openListeners();
        files.record(listeners);
        endpoint.publish(address); // no effect if that is done
    }

    /** Somebody may have removed the file of the name while that supervisor was frozen. */
    private boolean isAnothers(SpawnedWorker worker) {
        ProcessIdentity owner = worker.owner();
        return owner != null
                && owner.isAlive()
                && !owner.equals(ProcessIdentity.own())
                && (predecessor == null || owner.pid() != predecessor.pid());
    }

    /** A service that is about to end needs no listeners besides those of its workers. */
    private void openListeners() throws IOException {
        if (end != null) {
            return;
        }
        try {
            orphans.blame(heldElsewhere -> setup.open(heldElsewhere ? files.leftListeners() : List.of()));
            unwanted = setup.seal();
        } catch (IOException e) {
            if (end == null) {
                throw e;
            }
            LOG.log(Level.DEBUG, "not needed any more", e);
        }
    }

    /** @param shared whether another supervisor may still be closing the same files */
    private WorkerOutput openOutput(Configuration configuration, boolean shared) throws IOException {
        long begin = System.nanoTime();
        while (true) {
            try {
                return configuration.output().open(endpoint.name());
            } catch (IOException e) {
                if (!shared || System.nanoTime() - begin > OUTPUT_LIMIT.toNanos()) {
                    throw e;
                }
                LockSupport.parkNanos(OUTPUT_PAUSE.toNanos());
            }
        }
    }

    private List<SupervisorListener> listeners(Configuration configuration, Resources resources) throws IOException {
        List<SupervisorListener> all = new ArrayList<>(configuration.listeners());
        if (configuration.onEvent() != null) {
            all.add(resources.own(
                    new EventCommand(configuration.onEvent(), endpoint.name(), configuration.directory())));
        }
        return all;
    }

    /**
     * To be called once, before anything else can be asked for; returns soon. From now on there is no way back to the other
     * supervisor.
     */
    void launch() throws IOException {
        if (predecessor != null) {
            predecessor.inCharge();
        }
        loop.execute(this::launchOnLoop);
        if (!adopts) {
            loop.start();
        }
    }

    /** Returns when the processes of the workers run. */
    void awaitLaunched() throws IOException {
        try {
            launched.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private void launchOnLoop() {
        try {
            List<Orphan> left = orphans.toAdopt();
            launcher.takeCharge();
            if (end != null && left.isEmpty()) { // they have ended meanwhile
                life.make(SupervisorTransition.END);
                listeners.keep();
                launched.complete(null);
                terminated(Outcome.DRAINED);
                return;
            }
            pool.start(left, left.isEmpty() ? pool.workers() : files.scaled(pool.workers()));
            files.recordScaled(configuredWorkers, pool.workers());
            if (end != null) {
                end.run();
            }
            renewed = orphans.adopted(pool, unwanted);
            loop.after(QUIESCED_CONNECTIONS_LIMIT, this::recallQuiescing);
            listeners.keep();
            files.record(launch);
            launched.complete(null);
            inspectRegularly();
            fileChanges.lookRegularly();
            serviceManagers.watchdogInterval().ifPresent(interval -> assureRegularly(interval.dividedBy(2)));
        } catch (Throwable e) {
            launched.completeExceptionally(e); // else nobody would hear of it, and the caller would wait for ever
        }
    }

    /** An earlier supervisor may have died when it was about to end. */
    private void recallQuiescing() {
        try {
            if (!life.isStopping()) {
                scoreboard.recallQuiescing();
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "cannot tell workers that the service goes on: {0}", e.getMessage());
        }
    }

    /** For callers, who may do anything when the result is there. Fails if another supervisor is taking over. */
    <T> CompletableFuture<T> call(Function<Supervision, CompletableFuture<T>> action) {
        return calls.call(() -> {
            if (handover.hasSteppedDown()) {
                throw new IllegalStateException("another supervisor is taking over");
            }
            return action.apply(this);
        });
    }

    /** On the loop's thread, as are the following ones. */
    CompletableFuture<Void> restart(OptionalInt surge) {
        CompletableFuture<Void> restarted = surge.isPresent() ? pool.restart(surge.getAsInt()) : pool.restart();
        serviceManagers.tell(State.RELOADING, "restarting the workers");
        fileChanges.restarting();
        CompletableFuture<Void> told = new CompletableFuture<>();
        restarted.whenComplete((nothing, failure) -> {
            if (!life.isStopping()) {
                serviceManagers.tell(State.READY, failure == null ? "restarted the workers" : failure.getMessage());
            }
            // Last, for whoever hears of it may stop the supervisor; and by hand, as a stage would wrap the failure.
            if (failure == null) {
                fileChanges.restarted().thenRun(() -> told.complete(null));
            } else {
                told.completeExceptionally(failure);
            }
        });
        return told;
    }

    void scale(int workers) {
        pool.scale(workers);
        files.recordScaled(configuredWorkers, workers);
    }

    WorkerPool pool() {
        return pool;
    }

    /** @throws IllegalStateException if there are none */
    void reopenLogs() {
        boolean any = logRotation.reopen();
        if (ownLog != null) {
            ownLog.run();
        } else if (!any) {
            throw new IllegalStateException("there are no log files: the supervisor runs without --log-dir");
        }
        LOG.log(Level.INFO, "reopened the log files");
    }

    /** From any thread; further calls have no effect. */
    void stop() {
        loop.execute(() -> end(() -> {
            if (launched.isDone()) {
                stopOnLoop();
            } else if (end == null) {
                end = this::stopOnLoop;
            }
        }));
    }

    private void stopOnLoop() {
        if (!life.isStopping()) {
            serviceManagers.tell(State.STOPPING, "draining " + pool.workers() + " workers");
            fileChanges.look();
            pool.stop();
        }
    }

    /** From any thread. */
    void kill() {
        loop.execute(() -> end(() -> {
            if (launched.isDone()) {
                pool.kill();
            } else {
                end = pool::kill;
                orphans.awaitNoLonger();
            }
        }));
    }

    private void end(Runnable action) {
        toldToEndLate |= handover.hasSteppedDown();
        gate.run(action);
    }

    List<WorkerStatus> workers() {
        return calls.ask(pool::status);
    }

    String name() {
        return endpoint.name();
    }

    List<SocketAddress> addresses() {
        return listeners.addresses();
    }

    boolean isOnLoop() {
        return loop.isCurrentThread();
    }

    String failure() {
        return failure;
    }

    /** Whether it is a listener that asks, which the end waits for. */
    boolean isCallingListener() {
        return events.isCalling();
    }

    /** Waits, within reason, until the listeners have heard of the end. */
    void awaitListeners() {
        events.awaitHeard();
    }

    /** Nobody answers any more. */
    void ended() {
        calls.end();
    }

    private void allReady() {
        serviceManagers.tell(State.READY, pool.workers() + " workers serve");
        allReady.complete(null);
        lateClasses.load();
    }

    private void inspectRegularly() {
        loop.after(Settings.INSPECTION_INTERVAL, this::inspectRegularly); // first: nothing may end the inspections
        if (!handover.hasSteppedDown()) {
            upkeep.check();
            pool.inspect();
        }
        logRotation.look();
    }

    /** From this thread, so that the service manager hears of it if the thread does no more. */
    private void assureRegularly(Duration interval) {
        loop.after(interval, () -> assureRegularly(interval));
        serviceManagers.tell(State.ALIVE, "");
    }

    private void exited(SpawnedWorker worker, OptionalInt status) {
        gate.run(() -> {
            orphans.exited(worker);
            pool.exited(worker, status);
        });
    }

    private void notGranted(SpawnedWorker worker, String reason) {
        pool.refused(worker, reason);
    }

    private void handedOver(long successor) {
        String message = "handed over to the supervisor with pid " + successor;
        LOG.log(Level.INFO, message);
        events.tell(new SupervisorEvent(
                SupervisorEvent.Type.HANDED_OVER,
                SupervisorEvent.NONE,
                SupervisorEvent.NONE,
                Long.toString(successor),
                pool.workers(),
                message));
        serviceManagers.tellSuccessor(successor);
        life.make(SupervisorTransition.END);
        terminated(Outcome.HANDED_OVER);
    }

    private void terminated(Outcome outcome) {
        try {
            failure = outcome == Outcome.DRAINED || outcome == Outcome.HANDED_OVER ? "" : pool.failure();
            workersGone.complete(outcome);
        } finally {
            // Not on the loop's thread, which is one of the things to be released; and the JVM waits for it.
            loop.executeElsewhere("forkless-termination", false, () -> {
                if (outcome == Outcome.HANDED_OVER && toldToEndLate) {
                    LateStop.handOn(name());
                }
                whenEnded.accept(outcome);
            });
        }
    }

    private final class Events implements SpawnedWorker.Events {
        @Override
        public void ready(SpawnedWorker worker) {
            gate.run(() -> pool.ready(worker));
        }

        @Override
        public void unready(SpawnedWorker worker) {
            gate.run(() -> pool.unready(worker));
        }

        @Override
        public void drained(SpawnedWorker worker) {
            gate.run(() -> pool.drained(worker));
        }

        @Override
        public void heartbeat(SpawnedWorker worker, Heartbeat heartbeat) {
            pool.heartbeat(worker, heartbeat);
        }

        @Override
        public void linkLost(SpawnedWorker worker) {
            takeover.lost(worker);
            gate.run(() -> pool.linkLost(worker));
        }

        /** One that was booting when its supervisor died: what it prints has no reader yet. */
        @Override
        public void called(SpawnedWorker worker) {
            if (launcher.takeOutputOf(worker)) {
                worker.tellAdopted();
            }
        }

        @Override
        public void calledAgain(SpawnedWorker worker, Again introduction) {
            launcher.takeOutputOf(worker);
            orphans.calledAgain(worker, introduction);
        }

        @Override
        public void answered(SpawnedWorker worker, ControlMessage answer) {
            takeover.answered(worker, answer);
        }

        /** Only when all listeners are taken over: earlier, a second one could be opened in the place of one of them. */
        @Override
        public void listenRequested(SpawnedWorker worker, Listen request) {
            launched.thenRun(() -> listenRequests.add(worker, request));
        }
    }

    private final class Operations implements AdminSession.Operations {
        @Override
        public WorkerPool pool() {
            return pool;
        }

        @Override
        public CompletionStage<Void> restart(OptionalInt surge) {
            return Supervision.this.restart(surge);
        }

        @Override
        public void scale(int workers) {
            Supervision.this.scale(workers);
        }

        @Override
        public List<String> restartRemarks() {
            return fileChanges.ofRestart();
        }

        @Override
        public CompletionStage<List<String>> remarks() {
            return fileChanges.look().thenApply(looked -> fileChanges.remarks());
        }

        @Override
        public CompletionStage<Void> allReady() {
            return allReady;
        }

        @Override
        public CompletionStage<Void> running() {
            return launched;
        }

        @Override
        public CompletionStage<Outcome> stop() {
            stopOnLoop();
            return workersGone;
        }

        @Override
        public void reopenLogs() {
            Supervision.this.reopenLogs();
        }

        @Override
        public HandOver handOver() {
            return handover;
        }

        @Override
        public CompletionStage<Void> renewed() {
            return renewed;
        }

        @Override
        public CompletionStage<Outcome> ended() {
            return workersGone;
        }
    }
}
