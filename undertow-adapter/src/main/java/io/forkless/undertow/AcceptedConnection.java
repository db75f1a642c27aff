package io.forkless.undertow;

import java.util.concurrent.RejectedExecutionException;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;

/** One connection, from the moment when it was accepted until it has ended. */
final class AcceptedConnection {
    private final SharedServerChannel server;
    private final XnioIoThread thread;
    private final long acceptedNanos = System.nanoTime();
    private volatile StreamConnection connection;

    AcceptedConnection(SharedServerChannel server, XnioIoThread thread) {
        this.server = server;
        this.thread = thread;
    }

    XnioIoThread thread() {
        return thread;
    }

    void connected(StreamConnection made) {
        connection = made;
    }

    void ended() {
        server.ended(this);
    }

    /** Closes a connection on which no request ever came, if it is older than that. */
    void closeIfOlder(long nanos) {
        if (System.nanoTime() - acceptedNanos < nanos) {
            return;
        }
        try {
            thread.execute(() -> IoUtils.safeClose(connection));
        } catch (RejectedExecutionException e) {
            // the IO thread has ended, and all its connections with it
        }
    }
}
