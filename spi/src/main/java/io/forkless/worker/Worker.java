package io.forkless.worker;

import io.forkless.control.ControlMessage;
import io.forkless.control.Invitation;
import io.forkless.control.Signals;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.ListenerProviders;
import io.forkless.spi.SharedServerSocketChannel;
import io.forkless.spi.Ticket;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * This process as a worker of a supervisor: asks for listeners at run time, reports readiness, and is told to drain.
 *
 * <p>The adapters use it for their servers; an application needs it only to know its {@link #index()} or to take part
 * in the drain. Once {@link #current()} has found a supervisor,
 *
 * <ul>
 *   <li>the loss of the supervisor drains and ends this process, within the drain time-out;
 *   <li>{@code TERM} drains and ends this process with status 0;
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
    private final Drain drain;

    private Worker(int index, SupervisorLink link) {
        this.index = index;
        this.link = link;
        this.drain =
                new Drain(link.drainTimeout(), this::sayBye, Runtime.getRuntime()::exit, Runtime.getRuntime()::halt);
    }

    /**
     * The worker that this process is, or empty if no supervisor started it ({@code FORKLESS_CONTROL} is not set). The
     * first call connects to the supervisor.
     *
     * @throws IOException if this process was started as a worker and the supervisor cannot be reached or refuses it;
     *     running on as if unsupervised would bind a second listener, so do not ignore it
     */
    public static synchronized Optional<Worker> current() throws IOException {
        String file = System.getenv(Invitation.ENVIRONMENT);
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
     * This worker's own copy of the listener at that address; the supervisor binds it the first time any worker asks.
     *
     * @throws IOException if the supervisor cannot or may not listen there, or the hand-over failed; the message has
     *     the operation, the address and the reason
     */
    public SharedServerSocketChannel listen(ListenSpec spec) throws IOException {
        Ticket ticket = link.requestTicket(spec);
        return ListenerProviders.named(ticket.provider()).adopt(ticket);
    }

    /** Tells the supervisor that this worker serves. Further calls have no effect. */
    public void ready() {
        try {
            link.send(new ControlMessage.Ready());
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "the supervisor is gone; the link's reader drains this worker", e);
        }
    }

    /**
     * Adds a handler that ends one server's service when this worker is to go.
     *
     * @throws IllegalStateException if the worker is draining already
     */
    public void onDrain(DrainHandler handler) {
        drain.add(handler);
    }

    /** Whether this worker has begun to drain; it ends when the drain handlers have returned. */
    public boolean isDraining() {
        return drain.hasBegun();
    }

    private static Worker connect(Path file) throws IOException {
        Invitation invitation = Invitation.take(file);
        Runnable removeLeftovers = () -> removeLeftovers(file.toAbsolutePath().getParent(), invitation);
        try {
            Worker worker =
                    new Worker(invitation.index(), SupervisorLink.open(invitation, SupervisorLink.ANSWER_TIMEOUT));
            Signals.handle("TERM", () -> worker.drain.begin("SIGTERM"));
            Signals.handle("INT", () -> LOG.log(Level.DEBUG, "SIGINT is left to the supervisor"));
            Signals.handle("HUP", () -> LOG.log(Level.DEBUG, "SIGHUP is left to the supervisor"));
            worker.link.deliverTo(new SupervisorLink.Events() {
                @Override
                public void drainRequested() {
                    worker.drain.begin("asked by the supervisor");
                }

                @Override
                public void supervisorLost() {
                    removeLeftovers.run(); // first, as the drain may end this process at once
                    worker.drain.begin("the supervisor is gone");
                }
            });
            return worker;
        } catch (IOException e) {
            removeLeftovers.run();
            throw new IOException("worker " + invitation.index() + ": " + e.getMessage(), e);
        }
    }

    private void sayBye() {
        try {
            link.send(new ControlMessage.Bye());
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "the supervisor is gone", e);
        }
    }

    /** A supervisor that was killed could not remove its directory; the first worker to notice does. */
    private static void removeLeftovers(Path directory, Invitation invitation) {
        try {
            SocketChannel.open(invitation.address()).close();
            return; // it is alive
        } catch (ConnectException gone) {
            LOG.log(Level.DEBUG, "nobody listens on the control channel: removing {0}", directory);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "whether the supervisor is gone cannot be told", e); // EMFILE, say
            return;
        }
        String ours = "{" + Invitation.SOCKET_FILE + ",*" + Invitation.FILE_SUFFIX + "}";
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, ours)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(directory);
        } catch (IOException | DirectoryIteratorException e) {
            LOG.log(Level.DEBUG, "another worker removes it", e);
        }
    }
}
