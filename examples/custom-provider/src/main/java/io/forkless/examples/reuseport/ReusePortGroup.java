package io.forkless.examples.reuseport;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.Quiescence;
import io.forkless.spi.SharedListener;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The supervisor's side: one socket per worker, each of which outlives its worker for a while. */
final class ReusePortGroup implements SharedListener {
    private static final System.Logger LOG = System.getLogger(ReusePortGroup.class.getName());

    /** How long the queue of a dead worker waits for another worker, in seconds. */
    private static final int ORPHAN_SECONDS = 10;

    private static final Executor LATER = CompletableFuture.delayedExecutor(ORPHAN_SECONDS, TimeUnit.SECONDS);

    private final ListenSpec spec;
    private final InetSocketAddress address;
    private final List<Member> members = new ArrayList<>();

    /** Whether this process holds all sockets of the group. */
    private final boolean complete;

    private boolean closed;

    /** A socket of the group and whom it was given to last. */
    private static final class Member {
        final SharedListener socket;
        ProcessHandle worker;

        Member(SharedListener socket) {
            this.socket = socket;
        }

        boolean isOrphan() {
            return worker == null || !worker.isAlive();
        }
    }

    /** @param first the socket that clients queue on until there are workers */
    ReusePortGroup(ListenSpec spec, SharedListener first) {
        this(spec, first, true);
    }

    private ReusePortGroup(ListenSpec spec, SharedListener first, boolean complete) {
        this.spec = spec;
        this.complete = complete;
        this.address = (InetSocketAddress) first.localAddress();
        members.add(new Member(first));
    }

    /**
     * A group that an earlier supervisor has made.
     *
     * @param first the socket of one worker. The next worker that asks accepts from it, too, so that its queue is never without
     *     a worker. The sockets of the other workers are out of reach, and end with those workers
     */
    static ReusePortGroup takenOver(ListenSpec spec, SharedListener first) {
        return new ReusePortGroup(spec, first, false);
    }

    @Override
    public SocketAddress localAddress() {
        return address;
    }

    @Override
    public synchronized byte[] ticketFor(ProcessHandle worker) throws IOException {
        requireOpen();
        Member member = memberFor(worker);
        byte[] ticket = member.socket.ticketFor(worker);
        if (!worker.equals(member.worker)) {
            member.worker = worker;
            onExit(worker).thenRunAsync(() -> closeIfOrphan(member), LATER);
        }
        return ticket;
    }

    /** A process may share with itself, whose end it cannot wait for. */
    private static CompletableFuture<?> onExit(ProcessHandle worker) {
        return worker.equals(ProcessHandle.current()) ? new CompletableFuture<>() : worker.onExit();
    }

    /** The one that it has already, one that nobody accepts from any more, a new one: in this order. */
    private Member memberFor(ProcessHandle worker) throws IOException {
        for (Member member : members) {
            if (worker.equals(member.worker)) {
                return member;
            }
        }
        for (Member member : members) {
            if (member.isOrphan()) {
                return member;
            }
        }
        Member added = new Member(ReusePortProvider.member(spec, address));
        members.add(added);
        return added;
    }

    /** Its share of the clients would wait for nobody: better that they are refused, and the next ones reach another. */
    private synchronized void closeIfOrphan(Member member) {
        if (members.size() > 1 && member.isOrphan() && members.remove(member)) {
            LOG.log(Level.INFO, "{0}: no worker has taken over a queue in {1} s; it is closed", spec, ORPHAN_SECONDS);
            closeQuietly(member);
        }
    }

    @Override
    public Quiescence quiesce(Duration limit) throws IOException, InterruptedException {
        List<Member> all;
        synchronized (this) {
            requireOpen();
            all = List.copyOf(members);
        }
        for (Member member : all) {
            member.socket.quiesce(Duration.ZERO); // all are deaf before we wait for any
        }
        long deadline = System.nanoTime() + limit.toNanos();
        Quiescence group = null;
        for (Member member : all) {
            Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
            Quiescence one = member.socket.quiesce(left);
            group = group == null ? one : both(group, one);
        }
        return complete ? group : both(group, new Quiescence(false, true, "workers may hold sockets of their own"));
    }

    private static Quiescence both(Quiescence one, Quiescence other) {
        String reason = one.closed() ? other.reason() : one.reason();
        return new Quiescence(one.closed() && other.closed(), one.empty() && other.empty(), reason);
    }

    @Override
    public synchronized void close() {
        closed = true;
        members.forEach(ReusePortGroup::closeQuietly);
        members.clear();
    }

    private void requireOpen() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    private static void closeQuietly(Member member) {
        try {
            member.socket.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "cannot close {0}: {1}", member.socket, e.getMessage());
        }
    }

    @Override
    public String toString() {
        return "ReusePortGroup[" + spec + "]";
    }
}
