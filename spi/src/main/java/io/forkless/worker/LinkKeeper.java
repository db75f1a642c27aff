package io.forkless.worker;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.internal.control.ControlMessage;
import io.forkless.internal.control.ControlMessage.Again;
import io.forkless.internal.control.EndpointText;
import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.ProcessIdentity;
import io.forkless.internal.control.Ticket;
import io.forkless.internal.control.UserId;
import io.forkless.internal.control.WorkerRecord;
import io.forkless.spi.ListenSpec;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The link to the present supervisor. When that one has gone, this worker is an orphan: it serves on and looks for the next
 * supervisor of the same name. It drains if none has adopted it within the orphan time-out. Thread-safe.
 */
final class LinkKeeper {
    private static final Duration INTERVAL = Duration.ofMillis(100);
    private static final System.Logger LOG = System.getLogger(Worker.class.getName());

    /** The worker whose link this is. */
    interface Owner extends SupervisorLink.Events {
        /** It has no supervisor; called repeatedly until it has one. */
        void orphaned();

        /** It has to drain, for that reason. */
        void abandoned(String reason);

        boolean isDraining();
    }

    private final BootstrapFile bootstrap;
    private final BootstrapFile.Service service;

    /** Determined once, at the start: while the file is being renamed the answer would be wrong. */
    private final boolean reopensOutput;

    private final Readiness readiness;
    private final Holdings holdings;
    private final Owner owner;
    private final Runnable removeStaleFiles;
    private final Duration drainTimeout;
    private volatile SupervisorLink link;

    /** The pid of the supervisor that was called last. */
    private volatile long supervisor;

    /** Held while this worker's files are made or removed. */
    private final Object files = new Object();

    /** Whether its files were removed for good, since it is about to end. */
    private boolean filesGone;

    /** Since when it has been an orphan; {@code null} if it is not one. */
    private Long orphanedAt;

    /** Whether a thread watches the orphan time-out. */
    private boolean watched;

    /** @param removeStaleFiles removes what the supervisor has left, when this worker ends as well */
    LinkKeeper(
            BootstrapFile bootstrap,
            SupervisorLink link,
            Readiness readiness,
            Holdings holdings,
            Owner owner,
            Runnable removeStaleFiles) {
        this.bootstrap = bootstrap;
        this.service = bootstrap.service();
        this.reopensOutput = OwnOutput.canReopen(bootstrap.output());
        this.link = link;
        this.drainTimeout = link.drainTimeout();
        this.readiness = readiness;
        this.holdings = holdings;
        this.owner = owner;
        this.removeStaleFiles = removeStaleFiles;
    }

    /** Calls the supervisor that started this process, or, if it has gone already, the next one. */
    static SupervisorLink first(BootstrapFile bootstrap) throws IOException {
        long begin = System.nanoTime();
        SocketAddress address = bootstrap.address();
        while (true) {
            try {
                return SupervisorLink.open(address, bootstrap, SupervisorLink.ANSWER_TIMEOUT);
            } catch (SupervisorLink.RefusedException e) {
                throw e;
            } catch (IOException e) {
                BootstrapFile.Service service = bootstrap.service();
                if (service == null) {
                    throw e;
                }
                if (isOver(begin, service.orphanTimeout()) || !pause()) {
                    throw (IOException) new ConnectException("no supervisor has answered").initCause(e);
                }
                EndpointText endpoint = endpoint(service.endpoint());
                address = endpoint == null ? address : endpoint.address();
            }
        }
    }

    /** From now on the link's end is noticed. */
    void begin() {
        link.deliverTo(owner);
    }

    /** Whether the end of the link is not the end of this worker. */
    boolean survivesSupervisor() {
        return service != null && !service.orphanTimeout().isZero();
    }

    void send(ControlMessage message) throws IOException {
        link.send(message);
    }

    /** For threads that are never interrupted. No effect for an orphan, which has no supervisor to tell. */
    void sendUninterrupted(ControlMessage message) throws IOException {
        try {
            link.sendUninterrupted(message);
        } catch (IOException e) {
            if (!survivesSupervisor()) {
                throw e;
            }
        }
    }

    /** Asks the present supervisor, or, if there is none, the next one. */
    Ticket requestTicket(ListenSpec spec) throws IOException {
        long begin = System.nanoTime();
        while (true) {
            try {
                return link.requestTicket(spec);
            } catch (SupervisorLink.RefusedException e) {
                throw e;
            } catch (IOException e) {
                boolean over = !survivesSupervisor() || isOver(begin, SupervisorLink.ANSWER_TIMEOUT);
                if (over || !pause()) {
                    throw e;
                }
            }
        }
    }

    /** Answers a supervisor that wants a copy of a listener. */
    void handOver(long id) {
        SupervisorLink asking = link;
        ProcessHandle process = ProcessHandle.of(supervisor).orElse(null);
        ControlMessage answer = process == null
                ? new ControlMessage.Refused(id, "the supervisor has ended")
                : holdings.handOver(id, process);
        try {
            asking.send(answer);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "the supervisor has gone again", e);
        }
    }

    /** The supervisor that was called last has taken this worker over. */
    void adopted() {
        synchronized (this) {
            if (orphanedAt == null) {
                return;
            }
            orphanedAt = null;
        }
        log(Level.INFO, "the supervisor with pid " + supervisor + " has taken over");
    }

    /** The link has ended. Runs on its thread, and until there is another one. */
    void lost() {
        if (!survivesSupervisor()) {
            abandon("the supervisor is gone");
            return;
        }
        long begin = System.nanoTime();
        Revival revival = null;
        boolean untold = false;
        boolean linked = false;
        while (!linked && !areFilesGone() && pause()) {
            try {
                untold |= becomeOrphan();
                watchTimeoutElsewhere();
                owner.orphaned();
                if (untold) {
                    announce(); // not before somebody empties the pipe that the log is perhaps written to
                    untold = false;
                }
                if (revival == null) {
                    revival = new Revival(service.record(), service.endpoint(), bootstrap.index());
                }
                linked = callNext();
                if (!linked && !owner.isDraining()) {
                    revival.consider(Duration.ofNanos(System.nanoTime() - begin));
                }
            } catch (SupervisorLink.RefusedException e) {
                owner.abandoned("the supervisor does not take this worker over: " + e.getMessage());
                return;
            } catch (IOException | RuntimeException | Error e) { // memory or descriptors are short, or it has just died
                log(Level.DEBUG, "no supervisor yet: " + e);
            }
        }
    }

    /** A shortage of threads passes: the next round tries again. */
    private synchronized void watchTimeoutElsewhere() {
        if (!watched && orphanedAt != null) {
            SupervisorLink.start("forkless-orphan-timeout", this::watchTimeout);
            watched = true;
        }
    }

    /** @return false if it is one already, as the next supervisor has died as well */
    private synchronized boolean becomeOrphan() {
        if (orphanedAt != null) {
            return false;
        }
        orphanedAt = System.nanoTime();
        return true;
    }

    private void announce() {
        if (!owner.isDraining()) {
            log(
                    Level.WARNING,
                    "the supervisor is gone; serving on for "
                            + service.orphanTimeout().toSeconds() + " s at most, until another supervisor named '"
                            + service.name() + "' takes over");
        }
    }

    /** The time-out runs on whatever supervisors have been called meanwhile. */
    private void watchTimeout() {
        while (isWatched() && pause()) {
            if (isOverdue()) {
                abandon("no supervisor has taken over within "
                        + service.orphanTimeout().toMillis() + " ms");
                return;
            }
        }
    }

    private synchronized boolean isWatched() {
        watched = orphanedAt != null;
        return watched;
    }

    private synchronized boolean isOrphan() {
        return orphanedAt != null;
    }

    private synchronized boolean isOverdue() {
        return orphanedAt != null && isOver(orphanedAt, service.orphanTimeout());
    }

    private static boolean isOver(long since, Duration limit) {
        return System.nanoTime() - since >= limit.toNanos();
    }

    /** Removes the files first, since the drain may end this process at once. */
    private void abandon(String reason) {
        try {
            removeFiles();
        } finally {
            owner.abandoned(reason);
        }
    }

    /** This process is about to end: if it is an orphan, removes files that are no longer needed. */
    void leave() {
        if (isOrphan()) {
            removeFiles();
        }
    }

    private void removeFiles() {
        synchronized (files) {
            filesGone = true;
            removeStaleFiles.run();
        }
    }

    private boolean areFilesGone() {
        synchronized (files) {
            return filesGone;
        }
    }

    private void restoreRecord() throws IOException {
        synchronized (files) {
            if (!filesGone) {
                record().restoreAt(service.record());
            }
        }
    }

    /** @return false if there is nobody to call */
    private boolean callNext() throws IOException {
        restoreRecord();
        EndpointText endpoint = endpoint(service.endpoint());
        if (endpoint == null) {
            return false;
        }
        supervisor = endpoint.pid();
        SupervisorLink next;
        try {
            next = SupervisorLink.open(endpoint.address(), this::introduce, SupervisorLink.ANSWER_TIMEOUT);
        } catch (ConnectException e) {
            return false;
        }
        next.deliverTo(owner);
        return true;
    }

    private void introduce(SupervisorLink next) throws IOException {
        readiness.introduce(ready -> {
            next.sendUninterrupted(new Again(
                    Again.CURRENT_VERSION,
                    bootstrap.token(),
                    ProcessHandle.current().pid(),
                    ready,
                    owner.isDraining(),
                    Debugger.mayStopThisJvm(),
                    reopensOutput,
                    holdings.list()));
            link = next; // what has changed since goes there
        });
    }

    private WorkerRecord record() {
        ProcessIdentity own = ProcessIdentity.own();
        return new WorkerRecord(bootstrap.index(), bootstrap.token(), own, own, service.origin(), drainTimeout);
    }

    /** The process that has the name, if it lives and says where to call; otherwise {@code null}. */
    private static EndpointText endpoint(Path file) {
        try {
            if (UserId.ownerOf(file) != UserId.ours()) {
                return null;
            }
            EndpointText text = EndpointText.parse(PrivateDirectory.read(file, EndpointText.MAX_BYTES));
            // With TCP, the port of a dead supervisor may belong to another process by now.
            return text.address() != null && ProcessIdentity.of(text.pid()).isPresent() ? text : null;
        } catch (IOException | IllegalArgumentException e) {
            return null; // there is none, or it is being written
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(INTERVAL.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The application's logging may be in a jar that is not what it was. */
    private static void log(Level level, String line) {
        try {
            LOG.log(level, line);
        } catch (Throwable e) {
            // there is nothing left to tell it with
        }
    }
}
