package io.forkless.benchmarks.stops;

import io.forkless.benchmarks.load.Outcome;
import io.forkless.benchmarks.load.RequestException;
import java.io.IOException;
import java.net.ConnectException;
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

    private final Target target;
    private final Session session;
    private volatile boolean last;

    Http2Conversation(Target target) throws RequestException, InterruptedException {
        this.target = target;
        CompletableFuture<Session> connecting =
                target.http2().connect(target.http2Tls(), target.address(), new EndListener());
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
    public void exchange(Counter counter) throws RequestException, InterruptedException {
        Http2Stream events = new Http2Stream(Traffic.EVENTS, Traffic.EVENTS_BYTES);
        Http2Stream download = new Http2Stream(Traffic.DOWNLOAD, Traffic.DOWNLOAD_BYTES);
        open(events);
        boolean both = !last;
        if (both) {
            open(download);
        }
        receive(events, counter);
        if (both) {
            receive(download, counter);
        }
    }

    private void open(Http2Stream stream) throws RequestException, InterruptedException {
        try {
            stream.open(session, target.address()).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw failure(last ? Outcome.STALE : Outcome.ENDED_BEFORE, e.getCause());
        } catch (TimeoutException e) {
            throw failure(Outcome.ANSWER_TIMEOUT, e);
        }
    }

    private void receive(Http2Stream stream, Counter counter) throws InterruptedException {
        try {
            stream.receive();
            counter.answered();
        } catch (RequestException e) {
            last = true;
            counter.failed(e);
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
}
