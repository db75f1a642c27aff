package io.forkless.undertow;

import io.undertow.protocols.http2.Http2Channel;
import io.undertow.server.AbstractServerConnection;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.ServerConnection;
import io.undertow.server.protocol.http2.Http2ServerConnection;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.xnio.IoUtils;

/** A connection that has had a request: how many are under way, and since when there is none. */
final class UsedConnection implements ExchangeCompletionListener {
    private static final System.Logger LOG = System.getLogger(UsedConnection.class.getName());

    private final ServerConnection connection;
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile long idleSince = System.nanoTime();
    private volatile boolean upgraded;
    private boolean endAnnounced;
    private long answersMoreSince;

    /** @param connection for HTTP/2, that of any stream: they share what is attached to the connection */
    UsedConnection(ServerConnection connection) {
        this.connection = connection;
    }

    void begin() {
        underWay.incrementAndGet();
    }

    @Override
    public void exchangeEvent(HttpServerExchange exchange, NextListener nextListener) {
        upgraded |= exchange.isUpgrade();
        idleSince = System.nanoTime();
        underWay.decrementAndGet();
        nextListener.proceed();
    }

    boolean isHttp2() {
        return connection instanceof Http2ServerConnection;
    }

    /** Whether something was read that belongs to the next request. */
    private boolean hasUnansweredInput() {
        return connection instanceof AbstractServerConnection http1 && http1.getExtraBytes() != null;
    }

    /**
     * Whether this connection may outlive the response that is about to be sent although the server drains: when more
     * requests have been read already, and not for ever, as a client may pipeline without end.
     */
    boolean mayAnswerMore(long nanos) {
        if (!hasUnansweredInput()) {
            return false;
        }
        if (answersMoreSince == 0) {
            answersMoreSince = System.nanoTime();
        }
        return System.nanoTime() - answersMoreSince < nanos;
    }

    /** Sends a GOAWAY, if that means something to the peer; once. */
    void announceEnd() {
        if (isHttp2()) {
            inIoThread(() -> {
                if (!endAnnounced) {
                    endAnnounced = true;
                    Internals.announceEnd(http2Channel());
                }
            });
        }
    }

    /**
     * @param drainingSince an upgraded connection has no requests any more; whoever uses it gets the grace to say goodbye
     */
    void closeIfIdleFor(long nanos, long drainingSince) {
        if (isIdleFor(nanos, drainingSince)) {
            inIoThread(() -> {
                // Half a request may have been read, but it need not ever become a whole one.
                if (isIdleFor(hasUnansweredInput() ? 2 * nanos : nanos, drainingSince)) {
                    close();
                }
            });
        }
    }

    private boolean isIdleFor(long nanos, long drainingSince) {
        long since = upgraded ? drainingSince : idleSince;
        return underWay.get() == 0 && System.nanoTime() - since >= nanos;
    }

    SocketAddress peer() {
        return connection.getPeerAddress();
    }

    private void close() throws IOException {
        if (isHttp2()) {
            http2Channel().sendGoAway(Http2Channel.ERROR_NO_ERROR); // which closes it, too
        } else {
            IoUtils.safeClose(connection);
        }
    }

    private Http2Channel http2Channel() throws IOException {
        return Internals.channelOf((Http2ServerConnection) connection);
    }

    private interface Task {
        void run() throws IOException;
    }

    /** Requests are read there, so none can begin between a look and what follows from it. */
    private void inIoThread(Task task) {
        try {
            connection.getIoThread().execute(() -> {
                try {
                    task.run();
                } catch (IOException e) {
                    LOG.log(Level.DEBUG, "the peer is gone already", e);
                }
            });
        } catch (RejectedExecutionException e) {
            // the IO thread has ended, and all its connections with it
        }
    }
}
