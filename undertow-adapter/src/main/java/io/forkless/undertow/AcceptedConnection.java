package io.forkless.undertow;

import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;

/** One connection, from the moment when it was accepted until it has ended. */
final class AcceptedConnection {
    private final SharedServerChannel server;
    private final XnioIoThread thread;
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

    /** Null until it is made. */
    StreamConnection connection() {
        return connection;
    }

    void ended() {
        server.ended(this);
    }
}
