package io.forkless.posix;

import io.forkless.nio.NioChannels;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.Quiescence;
import io.forkless.spi.SharedListener;
import io.forkless.spi.UnixListenSpec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;

/** The supervisor's copy of a listener. It never accepts. */
final class PosixListener implements SharedListener {
    /** How long a queue must have been empty, in ms, to be taken for empty. */
    private static final int SETTLED_MILLIS = 100;

    /** What it was made from; {@code null} if the service manager made it. */
    private final ListenSpec spec;

    private final String operation;
    private final NativeSocket socket;
    private final ProtocolFamily family;
    private final ServerSocketChannel owner;
    private final Object pathIdentity;
    private final HandOffs handOffs = new HandOffs();

    PosixListener(ListenSpec spec) throws IOException {
        this(spec, "listen " + spec, ListeningSocket.open(spec));
    }

    /** One that has been opened already and is ours from now on. */
    static PosixListener opened(ListenSpec spec, NativeSocket socket) throws IOException {
        return new PosixListener(spec, "listen " + spec, socket);
    }

    /**
     * One that somebody else has opened and goes on holding: it has a queue and a path without us. It becomes ours, so the caller
     * makes sure that it is a listener.
     */
    static PosixListener inherited(NativeSocket socket) throws IOException {
        String operation = "inherited descriptor " + socket.fd();
        socket.setCloseOnExec();
        socket.setBlocking(operation);
        return new PosixListener(null, operation, socket);
    }

    /**
     * A listener that an earlier supervisor or its worker has handed over. New clients get to it again. The socket becomes ours,
     * also if this fails.
     *
     * @param spec {@code null} if a service manager made the listener and looks after its path
     */
    static PosixListener takenOver(ListenSpec spec, String operation, NativeSocket socket) throws IOException {
        PosixListener listener = new PosixListener(spec, operation, socket);
        try {
            if (spec instanceof UnixListenSpec unix) {
                UnixPath.requireLeadsTo(operation, unix, socket);
            }
            MinimumTtl.clear(operation, socket, listener.family);
            return listener;
        } catch (IOException | RuntimeException | Error e) {
            listener.owner.close();
            throw e;
        }
    }

    private PosixListener(ListenSpec spec, String operation, NativeSocket socket) throws IOException {
        this.spec = spec;
        this.operation = operation;
        this.socket = socket;
        try {
            family = socket.requireListening(operation);
            owner = NioChannels.serverSocketChannel(socket.fd(), family);
            pathIdentity = spec instanceof UnixListenSpec unix ? UnixPath.identity(operation, unix) : null;
        } catch (IOException | RuntimeException | Error e) {
            socket.close();
            throw e;
        }
    }

    @Override
    public SocketAddress localAddress() {
        try {
            return owner.getLocalAddress();
        } catch (IOException e) {
            throw new IllegalStateException("the listener is closed", e);
        }
    }

    @Override
    public synchronized byte[] ticketFor(ProcessHandle worker) throws IOException {
        requireOpen();
        return handOffs.ticketFor(socket, worker);
    }

    /** Never waits longer, {@code /proc} included. Nothing is done to a listener that a service manager has opened. */
    @Override
    public Quiescence quiesce(Duration limit) throws IOException, InterruptedException {
        if (spec == null) {
            return new Quiescence(true, true, "what is queued waits for the next one who serves from it");
        }
        long deadline = System.nanoTime() + limit.toNanos();
        IOException obstacle = holdNewClientsOff();
        if (obstacle != null) {
            return new Quiescence(false, awaitEmpty(0, deadline), obstacle.getMessage());
        }
        String means = spec instanceof UnixListenSpec ? "its path is removed" : MinimumTtl.MEANS;
        return new Quiescence(true, awaitEmpty(SETTLED_MILLIS, deadline), means);
    }

    /** @return why that is not possible, or {@code null} */
    private synchronized IOException holdNewClientsOff() throws ClosedChannelException {
        requireOpen();
        try {
            if (spec instanceof UnixListenSpec) {
                unlinkOwnPath();
            } else {
                MinimumTtl.demandHighest("quiesce " + spec, socket, family);
            }
            return null;
        } catch (IOException e) {
            return e;
        }
    }

    /** Whether it has been, for as long, by the deadline. */
    private boolean awaitEmpty(int millis, long deadline) throws IOException, InterruptedException {
        long emptySince = System.nanoTime();
        while (true) {
            long now = System.nanoTime();
            if (hasQueued()) {
                emptySince = now;
            } else if (now - emptySince >= millis * 1_000_000L) {
                if (!handshakesAreUnderWay(deadline)) {
                    return true;
                }
                emptySince = now;
            }
            if (now - deadline >= 0) {
                return !hasQueued();
            }
            Thread.sleep(5);
        }
    }

    /** A client on a slow network, or one that met a full queue, may need many times the time for which we saw it empty. */
    private boolean handshakesAreUnderWay(long deadline) throws IOException {
        return owner.getLocalAddress() instanceof InetSocketAddress inet
                && Handshakes.areUnderWay(inet.getPort(), deadline);
    }

    private synchronized boolean hasQueued() throws IOException {
        requireOpen();
        return socket.awaitReadable(0);
    }

    /** The number of a closed descriptor may be somebody else's by now. */
    private void requireOpen() throws ClosedChannelException {
        if (!owner.isOpen()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (!owner.isOpen()) {
            return;
        }
        try {
            unlinkOwnPath();
        } finally {
            leave();
        }
    }

    @Override
    public synchronized void leave() throws IOException {
        try {
            owner.close();
        } finally {
            handOffs.close();
        }
    }

    /** Another process may have replaced the file meanwhile; that one is not ours. */
    private void unlinkOwnPath() throws IOException {
        if (pathIdentity != null
                && spec instanceof UnixListenSpec unix
                && pathIdentity.equals(UnixPath.identity(operation, unix))) {
            UnixPath.unlink(operation, unix);
        }
    }

    @Override
    public String toString() {
        return "PosixListener[" + operation + "]";
    }
}
