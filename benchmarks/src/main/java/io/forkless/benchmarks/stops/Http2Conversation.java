package io.forkless.benchmarks.stops;

import io.forkless.testing.load.Conversation;
import io.forkless.testing.load.Outcome;
import io.forkless.testing.load.RequestException;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.frames.GoAwayFrame;
import org.eclipse.jetty.util.Callback;

/**
 * An HTTP/2 connection with two streams at a time: while the one carries events with gaps, the window of the other one is
 * full; that one is read afterwards.
 */
final class Http2Conversation implements Conversation {
    private static final long PATIENCE_SECONDS = 30;

    private final Endpoint endpoint;
    private final Session session;
    private volatile boolean last;

    Http2Conversation(Endpoint endpoint) throws RequestException, InterruptedException {
        this.endpoint = endpoint;
        CompletableFuture<Session> connecting =
                endpoint.http2().connect(endpoint.http2Tls(), endpoint.address(), new EndListener());
        try {
            session = connecting.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            boolean refused = e.getCause() instanceof ConnectException;
            throw failure(refused ? Outcome.REFUSED : Outcome.ENDED_BEFORE, e.getCause());
        } catch (TimeoutException e) {
            throw failure(Outcome.CONNECT_TIMEOUT, e);
        }
    }

    @Override
    public void exchange(Counter counter) throws InterruptedException {
        Http2Stream events = new Http2Stream(Traffic.EVENTS, Traffic.EVENTS_BYTES);
        Http2Stream download = new Http2Stream(Traffic.DOWNLOAD, Traffic.DOWNLOAD_BYTES);
        List<Http2Stream> opened = new ArrayList<>();
        for (Http2Stream stream : List.of(events, download)) {
            if (!last && succeeds(() -> open(stream), counter)) {
                opened.add(stream);
            }
        }
        for (Http2Stream stream : opened) {
            if (succeeds(stream::receive, counter)) {
                counter.answered("");
            }
        }
    }

    private boolean succeeds(Step step, Counter counter) throws InterruptedException {
        try {
            step.take();
            return true;
        } catch (RequestException e) {
            last = true; // nothing more is tried on a connection that has failed once
            counter.failed(e);
            return false;
        }
    }

    private void open(Http2Stream stream) throws RequestException, InterruptedException {
        try {
            stream.open(session, endpoint.address()).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw failure(last ? Outcome.STALE : Outcome.ENDED_BEFORE, e.getCause());
        } catch (TimeoutException e) {
            throw failure(Outcome.ANSWER_TIMEOUT, e);
        }
    }

    @Override
    public boolean isLast() {
        return last || session.isClosed();
    }

    @Override
    public void close() {
        session.close(ErrorCode.NO_ERROR.code, null, Callback.NOOP);
    }

    static RequestException failure(Outcome outcome, Throwable cause) {
        return new RequestException(outcome, cause.toString(), new IOException(cause));
    }

    private final class EndListener implements Session.Listener {
        @Override
        public void onGoAway(Session ending, GoAwayFrame frame) {
            last = true;
        }
    }

    /** Something that may fail for one of the streams. */
    @FunctionalInterface
    private interface Step {
        void take() throws RequestException, InterruptedException;
    }
}
