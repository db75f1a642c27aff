package io.forkless.worker;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.internal.control.ControlMessage;
import io.forkless.internal.control.Scoreboard;
import io.forkless.internal.control.Signals;
import io.forkless.internal.control.StaleFiles;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.ListenerProviders;
import io.forkless.spi.SharedServerSocketChannel;
import io.forkless.spi.Ticket;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * This process as a worker of a supervisor: asks for listeners at run time, reports readiness, and is told to drain.
 *
 * <p>The adapters use it for their servers; an application needs it only to know its {@link #index()}, to decide when it is
 * {@linkplain #holdReady() ready}, or to take part in the drain. Once {@link #current()} has found a supervisor,
 *
 * <ul>
 *   <li>the loss of the supervisor drains and ends this process, within the drain time-out;
 *   <li>{@code TERM} drains and ends this process with status 0;
 *   <li>a heartbeat tells the supervisor that this JVM runs. Threads that are in a deadlock silence it, and the
 *       supervisor then replaces this process;
 *   <li>{@code INT} and {@code HUP} are left to the supervisor: a terminal sends them to the whole process group, and
 *       workers that ended by themselves would lose what is queued.
 * </ul>
 *
 * <p>Thread-safe.
 */
public final class Worker {
    private static final System.Logger LOG = System.getLogger(Worker.class.getName());

    private static Worker current;
    private static IOException failure;

    private final int index;
    private final SupervisorLink link;
    private final Scoreboard scoreboard;
    private final Drain drain;
    private final AcceptPacing pacing;
    private final Readiness readiness;

    private Worker(int index, SupervisorLink link, Scoreboard scoreboard) {
        this.index = index;
        this.link = link;
        this.scoreboard = scoreboard;
        this.pacing = new AcceptPacing(scoreboard, index);
        this.drain =
                new Drain(link.drainTimeout(), this::sayBye, Runtime.getRuntime()::exit, Runtime.getRuntime()::halt);
        this.readiness = new Readiness(this::send, drain::hasBegun);
    }

    /**
     * The worker that this process is, or empty if no supervisor started it ({@code FORKLESS_CONTROL} is not set). The
     * first call connects to the supervisor.
     *
     * @throws IOException if this process was started as a worker and the supervisor cannot be reached or refuses it;
     *     running on as if unsupervised would bind a second listener, so do not ignore it
     */
    public static synchronized Optional<Worker> current() throws IOException {
        String file = System.getenv(BootstrapFile.ENVIRONMENT);
        if (file == null || file.isEmpty()) {
            return Optional.empty();
        }
        if (failure != null) {
            throw new IOException(failure.getMessage(), failure);
        }
        if (current == null) {
            try {
                current = connect(Path.of(file));
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }
        return Optional.of(current);
    }

    /** This worker's index, from 0. A replacement gets the index of the worker that it replaces. */
    public int index() {
        return index;
    }

    /**
     * This worker's own copy of the listener at that address; the supervisor binds it the first time any worker asks. For
     * {@linkplain io.forkless.spi.TcpListenSpec#isAnyAddress() any address} it is the only listener on that port, if the
     * operator has said what there is.
     *
     * @throws IOException if the supervisor cannot or may not listen there, or the hand-over failed; the message has
     *     the operation, the address and the reason
     */
    public SharedServerSocketChannel listen(ListenSpec spec) throws IOException {
        Ticket ticket = link.requestTicket(spec);
        SharedServerSocketChannel channel =
                ListenerProviders.named(ticket.provider()).adopt(ticket);
        channel.quiescingWhen(scoreboard::isQuiescing);
        return channel;
    }

    /**
     * Tells the supervisor that this worker serves, as soon as nobody {@linkplain #holdReady() holds it back}. An adapter
     * calls it when its server has started. Further calls have no effect.
     */
    public void ready() {
        readiness.started();
    }

    /**
     * Keeps this worker from being ready until the hold is closed: the server serves already, but the supervisor retires no
     * old worker for this one while it warms up.
     *
     * <pre>{@code
     * Optional<ReadyHold> warmingUp = Worker.current().map(Worker::holdReady); // before the server starts
     * server.start();
     * warmUp();
     * warmingUp.ifPresent(ReadyHold::close);
     * }</pre>
     *
     * <p>Several may hold; the worker is ready when its server has started and the last hold is closed. With a hold that is
     * taken later it is ready no more, until that is closed. A hold that is not closed within the supervisor's boot time-out
     * makes the start a failed one. While the worker drains a hold has no effect.
     */
    public ReadyHold holdReady() {
        return readiness.hold();
    }

    /**
     * Adds a handler that ends one server's service when this worker is to go.
     *
     * @throws IllegalStateException if the worker is draining already
     */
    public void onDrain(DrainHandler handler) {
        drain.add(handler);
    }

    /** What spreads connections evenly over the workers; acceptors are to ask it. */
    public AcceptPacing acceptPacing() {
        return pacing;
    }

    /** Whether this worker has begun to drain; it ends when the drain handlers have returned. */
    public boolean isDraining() {
        return drain.hasBegun();
    }

    private static Worker connect(Path file) throws IOException {
        BootstrapFile invitation = BootstrapFile.take(file);
        Path directory = file.toAbsolutePath().getParent();
        Runnable removeLeftovers = () -> StaleFiles.remove(directory, invitation.address());
        try {
            SupervisorLink link = SupervisorLink.open(invitation, SupervisorLink.ANSWER_TIMEOUT);
            Scoreboard scoreboard = Scoreboard.map(directory.resolve(Scoreboard.FILE));
            Worker worker = new Worker(invitation.index(), link, scoreboard);
            Signals.handle("TERM", () -> worker.beginDrain("SIGTERM"));
            Signals.handle("INT", () -> LOG.log(Level.DEBUG, "SIGINT is left to the supervisor"));
            Signals.handle("HUP", () -> LOG.log(Level.DEBUG, "SIGHUP is left to the supervisor"));
            worker.link.deliverTo(new SupervisorLink.Events() {
                @Override
                public void drainRequested() {
                    worker.beginDrain("asked by the supervisor");
                }

                @Override
                public void threadDumpRequested() {
                    // Not on the link's thread, which must hear of a drain even if nobody reads standard error.
                    SupervisorLink.start("forkless-thread-dump", Worker::dumpThreads);
                }

                @Override
                public void supervisorLost() {
                    try {
                        removeLeftovers.run(); // first, as the drain may end this process at once
                    } finally {
                        worker.beginDrain("the supervisor is gone");
                    }
                }
            });
            SupervisorLink.start(
                    "forkless-heartbeat",
                    new Heartbeats(link::sendUninterrupted, worker.pacing, link.heartbeatInterval()));
            return worker;
        } catch (ConnectException e) {
            removeLeftovers.run();
            throw new IOException("worker " + invitation.index() + ": the supervisor that started it is gone", e);
        } catch (IOException e) {
            throw new IOException("worker " + invitation.index() + ": " + e.getMessage(), e);
        }
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

    private void send(ControlMessage message) {
        try {
            link.send(message);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "the supervisor is gone, which the link's reader has noticed as well", e);
        }
    }
}
