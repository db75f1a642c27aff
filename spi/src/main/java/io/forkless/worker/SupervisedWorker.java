package io.forkless.worker;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.internal.control.ControlMessage;
import io.forkless.internal.control.EagerClasses;
import io.forkless.internal.control.RuntimeDirectory;
import io.forkless.internal.control.Scoreboard;
import io.forkless.internal.control.Signals;
import io.forkless.internal.control.StaleFiles;
import io.forkless.internal.control.Ticket;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.ListenerProvider;
import io.forkless.spi.ListenerProviders;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** The link, the scoreboard, the drain and the readiness of this process as one worker. Thread-safe. */
final class SupervisedWorker implements Worker {
    private static final System.Logger LOG = System.getLogger(Worker.class.getName());

    private static final List<String> OWN_PACKAGES =
            List.of("io.forkless.worker", "io.forkless.spi", "io.forkless.internal.control");

    private final int index;
    private final LinkKeeper keeper;
    private final Scoreboard scoreboard;
    private final Drain drain;
    private final AcceptPacing pacing;
    private final Readiness readiness;
    private final Heartbeats heartbeats;
    private final Holdings holdings = new Holdings();
    private final OutputPipes pipes = OutputPipes.hold();

    /** The log file that this process writes itself; {@code null} if there is none. */
    private final Path output;

    private final Set<Class<?>> providers = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean prepared = new AtomicBoolean();

    /** @param removeStaleFiles removes what the supervisor has left, when this worker ends as well */
    private SupervisedWorker(
            BootstrapFile bootstrap, SupervisorLink link, Scoreboard scoreboard, Runnable removeStaleFiles) {
        this.index = bootstrap.index();
        this.output = bootstrap.output();
        this.scoreboard = scoreboard;
        this.pacing = new AcceptPacing(scoreboard, index);
        this.drain = new Drain(
                link.drainTimeout(), this::sayBye, this::tellWhatIsOpen, this::exit, Runtime.getRuntime()::halt);
        this.readiness = new Readiness(this::send, drain::hasBegun);
        this.keeper = new LinkKeeper(bootstrap, link, readiness, holdings, new LinkEvents(), removeStaleFiles);
        this.heartbeats = new Heartbeats(keeper::sendUninterrupted, pacing, link.heartbeatInterval(), drain::hasBegun);
    }

    /**
     * Connects to the supervisor that started this process.
     *
     * @param file the bootstrap file, which is read once and removed
     * @throws IOException if the supervisor cannot be reached or refuses this process
     */
    static SupervisedWorker connect(Path file) throws IOException {
        BootstrapFile bootstrap = BootstrapFile.take(file);
        Path directory = file.toAbsolutePath().getParent();
        Runnable removeStaleFiles = bootstrap.service() == null
                ? () -> StaleFiles.remove(directory, bootstrap.address())
                : () -> StaleFiles.leave(bootstrap.service());
        try {
            if (bootstrap.service() != null) {
                RuntimeDirectory.useUnlessChosen(directory.getParent()); // for the tickets of this worker
            }
            SupervisorLink link = LinkKeeper.first(bootstrap);
            Scoreboard scoreboard = Scoreboard.map(directory.resolve(Scoreboard.FILE));
            SupervisedWorker worker = new SupervisedWorker(bootstrap, link, scoreboard, removeStaleFiles);
            Signals.handle("TERM", new Termination(scoreboard::isQuiescing, () -> worker.beginDrain("SIGTERM")));
            Signals.handle("INT", () -> LOG.log(Level.DEBUG, "SIGINT is left to the supervisor"));
            Signals.handle("HUP", () -> LOG.log(Level.DEBUG, "SIGHUP is left to the supervisor"));
            // The supervisor starts a worker so that it ignores them all; a command in between may have changed that.
            List.of("USR1", "TTIN", "TTOU").forEach(Signals::ignoreUnlessHandled);
            worker.keeper.begin();
            SupervisorLink.start("forkless-heartbeat", worker.heartbeats);
            return worker;
        } catch (ConnectException e) {
            removeStaleFiles.run();
            throw new IOException("worker " + bootstrap.index() + ": the supervisor that started it is gone", e);
        } catch (IOException e) {
            throw new IOException("worker " + bootstrap.index() + ": " + e.getMessage(), e);
        }
    }

    /** What comes over the link, on the link's thread. */
    private final class LinkEvents implements LinkKeeper.Owner {
        @Override
        public void drainRequested() {
            beginDrain("asked by the supervisor");
        }

        @Override
        public void threadDumpRequested() {
            // Not on the link's thread, which must hear of a drain even if nobody reads standard error.
            SupervisorLink.start("forkless-thread-dump", SupervisedWorker::dumpThreads);
        }

        @Override
        public void outputToReopen() {
            // Not on the link's thread either: the disk may hang.
            SupervisorLink.start("forkless-output", () -> OwnOutput.reopen(output));
        }

        @Override
        public void handOverRequested(long id) {
            SupervisorLink.start("forkless-hand-over", () -> keeper.handOver(id));
        }

        @Override
        public void adopted(boolean readsOutput) {
            if (!readsOutput) {
                pipes.orphaned();
            }
            long dropped = readsOutput ? pipes.adopted() : 0;
            keeper.adopted();
            if (dropped > 0) {
                LOG.log(Level.WARNING, "{0} bytes of output were dropped while there was no supervisor", "" + dropped);
            }
        }

        @Override
        public void supervisorLost() {
            keeper.lost();
        }

        @Override
        public void orphaned() {
            pipes.orphaned();
        }

        /** Nobody reads what it prints from now on, and to wait for a reader would end the drain. */
        @Override
        public void abandoned(String reason) {
            try {
                pipes.orphaned();
            } finally {
                beginDrain(reason);
            }
        }

        @Override
        public boolean isDraining() {
            return drain.hasBegun();
        }
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public SharedServerSocketChannel listen(ListenSpec spec) throws IOException {
        Ticket ticket = keeper.requestTicket(spec);
        ListenerProvider provider = ListenerProviders.named(ticket.provider());
        providers.add(provider.getClass());
        SharedServerSocketChannel channel = provider.adopt(ticket.payload());
        channel.quiescingWhen(scoreboard::isQuiescing);
        holdings.add(ticket.provider(), channel);
        return channel;
    }

    @Override
    public void ready() {
        pacing.arrive();
        readiness.started();
        try {
            SupervisorLink.start("forkless-late-classes", this::prepareDrain);
        } catch (OutOfMemoryError e) {
            LOG.log(Level.DEBUG, "no thread to load classes: they are loaded when they are needed", e);
        }
    }

    private void prepareDrain() {
        Thread.currentThread().setPriority(Thread.MIN_PRIORITY);
        if (prepared.compareAndSet(false, true)) {
            EagerClasses.loadPackages(SupervisedWorker.class, OWN_PACKAGES);
            providers.forEach(type -> EagerClasses.loadPackages(type, List.of(type.getPackageName())));
        }
        drain.prepare();
    }

    @Override
    public ReadyHold holdReady() {
        return readiness.hold();
    }

    @Override
    public void onDrain(DrainHandler handler) {
        drain.add(handler);
    }

    @Override
    public AcceptPacing acceptPacing() {
        return pacing;
    }

    @Override
    public boolean isDraining() {
        return drain.hasBegun();
    }

    private void beginDrain(String reason) {
        drain.begin(reason);
        pacing.leave();
    }

    private static void dumpThreads() {
        try {
            ThreadDump.writeToStandardError();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "nobody reads standard error", e);
        }
    }

    private void sayBye() {
        send(new ControlMessage.Bye());
    }

    /** Ends this process, however the drain has ended. */
    private void exit(int status) {
        try {
            keeper.leave();
        } finally {
            Runtime.getRuntime().exit(status);
        }
    }

    private void tellWhatIsOpen() {
        heartbeats.beatLast();
    }

    private void send(ControlMessage message) {
        try {
            keeper.send(message);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "the supervisor is gone, which the link's reader has noticed as well", e);
        }
    }
}
