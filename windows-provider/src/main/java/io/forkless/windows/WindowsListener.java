package io.forkless.windows;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.Quiescence;
import io.forkless.spi.SharedListener;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;

/** The supervisor's copy of a listener. It never accepts. */
final class WindowsListener implements SharedListener {
    static final String CANNOT_HOLD_OFF = "Windows has no means to stop queueing that leaves alone what is queued";

    private final ListenSpec spec;
    private final NativeSocket socket;
    private final SocketAddress localAddress;
    private boolean closed;

    /** @param socket is closed with this listener, also if it is none that can be shared */
    WindowsListener(ListenSpec spec, NativeSocket socket) throws IOException {
        this.spec = spec;
        this.socket = socket;
        try {
            socket.requireListening("listen " + spec);
            localAddress = socket.localAddress("listen " + spec);
        } catch (IOException | RuntimeException | Error e) {
            socket.close();
            throw e;
        }
    }

    @Override
    public SocketAddress localAddress() {
        return localAddress;
    }

    @Override
    public synchronized byte[] ticketFor(ProcessHandle worker) throws IOException {
        requireOpen();
        return WindowsTicket.make(socket, worker);
    }

    /** Waits until the workers have emptied the queue once. */
    @Override
    public Quiescence quiesce(Duration limit) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (hasQueued()) {
            if (deadline - System.nanoTime() <= 0) {
                return new Quiescence(false, false, CANNOT_HOLD_OFF);
            }
            Thread.sleep(1);
        }
        return new Quiescence(false, true, CANNOT_HOLD_OFF);
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            socket.close();
        }
    }

    private synchronized boolean hasQueued() throws IOException {
        requireOpen();
        return socket.hasQueued("quiesce " + spec);
    }

    private void requireOpen() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public String toString() {
        return "WindowsListener[" + spec + "]";
    }
}
