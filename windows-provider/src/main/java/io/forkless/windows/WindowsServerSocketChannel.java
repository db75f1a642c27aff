package io.forkless.windows;

import com.sun.jna.CallbackThreadInitializer;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A worker's copy of a listener on Windows. Each thread in {@link #acceptBlocking()} has issued one {@code AcceptEx}, so
 * that a worker which freezes or dies takes along no more connections than it has threads waiting; none is pending
 * otherwise. A busy acceptor finds a connection queued, and its {@code AcceptEx} completes in place. Else it waits on this
 * process's own completion port for whichever accept completes next, its own or that of another thread.
 *
 * <p>Why not simpler: {@code accept()} on a socket that another process holds as well is not woken by a close, and then
 * takes and drops the next client.
 */
final class WindowsServerSocketChannel extends SharedServerSocketChannel {
    private static final System.Logger LOG = System.getLogger(WindowsServerSocketChannel.class.getName());
    private static final long CLOSE_LIMIT_MILLIS = 5_000;
    private static final long TAKE_LIMIT_MILLIS = 2_000;

    private final NativeSocket listener;
    private final SocketAddress localAddress;
    private final AcceptFunctions functions;
    private final CompletionPort port = new CompletionPort();

    /** Kept for as long as the system may call it. */
    private final Kernel32.WaitCallback whenDone = (context, timedOut) -> port.post(Pointer.nativeValue(context));

    private final Map<Long, AcceptOperation> pending = new HashMap<>();
    private final Deque<AcceptOperation> idle = new ArrayDeque<>();
    private long operations;
    private boolean closing;

    /** @param listener is closed with this channel */
    WindowsServerSocketChannel(NativeSocket listener) throws IOException {
        this.listener = listener;
        this.localAddress = listener.localAddress("adopt");
        this.functions = new AcceptFunctions(listener);
        // The system's wait threads come and go; they must not keep the JVM alive.
        Native.setCallbackThreadInitializer(
                whenDone, new CallbackThreadInitializer(true, false, "forkless-accept-wait"));
    }

    @Override
    public SocketAddress getLocalAddress() {
        return localAddress;
    }

    @Override
    public synchronized byte[] ticketFor(ProcessHandle supervisor) throws IOException {
        if (closing) {
            throw new ClosedChannelException();
        }
        return WindowsTicket.make(listener, supervisor);
    }

    @Override
    protected SocketChannel acceptBlocking() throws IOException {
        AcceptOperation completed = issue();
        while (true) {
            if (completed == null) {
                completed = take(port.take());
            }
            SocketChannel connection = finish(completed);
            if (connection != null) {
                return connection;
            }
            completed = issue();
        }
    }

    @Override
    public boolean awaitQueued(long nanos) {
        if (hasQueued()) {
            return true;
        }
        LockSupport.parkNanos(nanos); // without the lock, which accepts need, too
        return hasQueued();
    }

    private synchronized boolean hasQueued() {
        try {
            return closing || listener.hasQueued("accept");
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "accept will tell", e);
            return true;
        }
    }

    /** Cancels what is pending and waits until each accept has completed: until then the kernel may write to its memory. */
    @Override
    protected synchronized void release(Consumer<SocketChannel> queued) {
        closing = true;
        pending.values().forEach(AcceptOperation::cancel);
        long deadline = System.nanoTime() + CLOSE_LIMIT_MILLIS * 1_000_000;
        boolean interrupted = false;
        while (!pending.isEmpty() && deadline - System.nanoTime() > 0) {
            try {
                wait(10);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        try {
            if (pending.isEmpty() && queued != null) {
                takeQueued(queued);
            }
        } finally {
            listener.close();
            freeOperations();
        }
    }

    private void freeOperations() {
        if (pending.isEmpty()) {
            idle.forEach(AcceptOperation::free);
            idle.clear();
            port.close();
        } else {
            // Its memory is left to the kernel: better a leak than a write into what is somebody else's by then.
            LOG.log(Level.WARNING, "{0} accepts did not end within {1} ms", pending.size(), CLOSE_LIMIT_MILLIS);
        }
    }

    /**
     * While this process waited for the end of its pending accepts, clients were queued; if it was the last to share the
     * listener, its close would reset them. The last look at the queue comes right before the close.
     */
    private void takeQueued(Consumer<SocketChannel> queued) {
        long deadline = System.nanoTime() + TAKE_LIMIT_MILLIS * 1_000_000;
        try {
            while (listener.hasQueued("close") && deadline - System.nanoTime() > 0) {
                AcceptOperation operation = idle.isEmpty() ? newOperation() : idle.pop();
                if (!operation.issue(whenDone)) { // another process was quicker
                    operation.cancel();
                    port.take();
                }
                SocketChannel connection = operation.finish();
                idle.push(operation);
                if (connection != null) {
                    queued.accept(connection);
                }
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "queued connections may be reset: {0}", e.getMessage());
        }
    }

    /** How many accepts have been issued and not finished: one for each thread that waits. */
    synchronized int pendingAccepts() {
        return pending.size();
    }

    Pointer listenerHandle() {
        return listener.asHandle();
    }

    /** @return the operation, if it has completed at once; {@code null} if a packet will tell */
    private synchronized AcceptOperation issue() throws IOException {
        if (closing) {
            throw new AsynchronousCloseException();
        }
        AcceptOperation operation = idle.isEmpty() ? newOperation() : idle.pop();
        pending.put(operation.key(), operation);
        boolean issued = false;
        try {
            boolean atOnce = operation.issue(whenDone);
            issued = true;
            return atOnce ? operation : null;
        } finally {
            if (!issued) {
                release(operation);
            }
        }
    }

    private AcceptOperation newOperation() throws IOException {
        return new AcceptOperation(++operations, listener, functions);
    }

    private synchronized AcceptOperation take(long key) {
        return pending.get(key);
    }

    private SocketChannel finish(AcceptOperation operation) throws IOException {
        try {
            return operation.finish();
        } finally {
            release(operation);
        }
    }

    private synchronized void release(AcceptOperation operation) {
        pending.remove(operation.key());
        idle.push(operation);
        notifyAll();
    }
}
