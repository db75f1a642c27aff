package io.forkless.undertow;

import io.forkless.worker.IdleGrace;
import io.undertow.protocols.http2.Http2Channel;
import io.undertow.server.AbstractServerConnection;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.ServerConnection;
import io.undertow.server.protocol.http.HttpServerConnection;
import io.undertow.server.protocol.http2.Http2ServerConnection;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;

/**
 * Whether a request is under way on one connection, and since when none is: from its first byte until the last byte of its
 * response has been handed to the kernel, whichever version of HTTP it is and whatever carries it.
 *
 * <p>A request begins for its handler when its header is complete, and ends with its exchange. Before and after that, the
 * HTTP/1 connection itself knows more.
 */
final class ConnectionActivity implements ExchangeCompletionListener {
    private static final System.Logger LOG = System.getLogger(ConnectionActivity.class.getName());

    private final StreamConnection socket;
    private final AtomicReference<ServerConnection> http = new AtomicReference<>();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile long lastUnderWay;
    private volatile boolean used;
    private volatile boolean upgraded;
    private boolean endAnnounced;
    private long answersMoreSince;

    ConnectionActivity(StreamConnection socket) {
        this.socket = socket;
    }

    /** What makes requests of the bytes, as long as none has come. */
    void isRead(HttpServerConnection reader) {
        http.compareAndSet(null, reader);
    }

    /**
     * A request has come; it ends with its exchange.
     *
     * @param connection for HTTP/2, that of any stream; after an upgrade to HTTP/2, another one than before
     */
    void begin(ServerConnection connection) {
        http.set(connection);
        used = true;
        requests.incrementAndGet();
    }

    @Override
    public void exchangeEvent(HttpServerExchange exchange, NextListener nextListener) {
        upgraded |= exchange.isUpgrade();
        lastUnderWay = System.nanoTime();
        requests.decrementAndGet();
        nextListener.proceed();
    }

    boolean isHttp2() {
        return http.get() instanceof Http2ServerConnection;
    }

    /** Whether something was read that belongs to the next request. */
    private boolean hasUnansweredInput() {
        return http.get() instanceof AbstractServerConnection http1 && http1.getExtraBytes() != null;
    }

    /**
     * Whether this connection may outlive the response that is about to be sent although the server drains: when more
     * requests have been read already, and not for ever, as a client may pipeline without end.
     */
    boolean mayAnswerMore(IdleGrace grace) {
        if (!hasUnansweredInput()) {
            return false;
        }
        if (answersMoreSince == 0) {
            answersMoreSince = System.nanoTime();
        }
        return !isOver(grace, answersMoreSince);
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
     * @param drainingSince so long a connection that has never had a request, or was upgraded and has none any more, is
     *     given the grace: its client may be about to begin, or to say goodbye
     */
    void closeIfIdle(IdleGrace grace, long drainingSince) {
        if (isIdle(grace, drainingSince)) {
            inIoThread(() -> {
                if (http.get() instanceof HttpServerConnection http1 && Internals.hasRequest(http1)) {
                    used = true;
                    lastUnderWay = System.nanoTime();
                } else if (isIdle(grace, drainingSince)) {
                    close();
                }
            });
        }
    }

    private boolean isIdle(IdleGrace grace, long drainingSince) {
        boolean hasRequests = used && (!upgraded || isHttp2());
        long since = hasRequests ? lastUnderWay : drainingSince;
        return requests.get() == 0 && isOver(grace, since);
    }

    private static boolean isOver(IdleGrace grace, long since) {
        return grace.isOver(Duration.ofNanos(System.nanoTime() - since));
    }

    private void close() throws IOException {
        if (isHttp2()) {
            http2Channel().sendGoAway(Http2Channel.ERROR_NO_ERROR); // which closes it, too
        } else {
            ServerConnection known = http.get();
            IoUtils.safeClose(known == null ? socket : known);
        }
    }

    private Http2Channel http2Channel() {
        return Internals.channelOf((Http2ServerConnection) http.get());
    }

    private interface Task {
        void run() throws IOException;
    }

    /** Requests are read there, so none can begin between a look and what follows from it. */
    private void inIoThread(Task task) {
        try {
            socket.getIoThread().execute(() -> {
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
