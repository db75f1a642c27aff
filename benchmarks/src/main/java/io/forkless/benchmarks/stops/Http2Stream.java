package io.forkless.benchmarks.stops;

import io.forkless.testing.load.Outcome;
import io.forkless.testing.load.RequestException;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.RetryableStreamException;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.util.Callback;

/** A request on an HTTP/2 connection, whose answer is read by a thread that waits; until it reads the window fills. */
final class Http2Stream implements Stream.Listener {
    private static final int OK = 200;
    private static final long PATIENCE_SECONDS = 30;
    private static final long REASON_SECONDS = 1;

    /** What has happened that the reader has not seen yet. */
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    private final String path;
    private final int bytes;
    private Stream stream;
    private boolean within;
    private int received;

    /** @param bytes how many of the body are to come */
    Http2Stream(String path, int bytes) {
        this.path = path;
        this.bytes = bytes;
    }

    /** Sends the request. */
    CompletableFuture<Void> open(Session session, InetSocketAddress address) {
        MetaData.Request request = new MetaData.Request(
                "GET",
                HttpURI.from("http", address.getHostString(), address.getPort(), path),
                HttpVersion.HTTP_2,
                HttpFields.EMPTY);
        return session.newStream(new HeadersFrame(request, null, true), this).thenAccept(opened -> stream = opened);
    }

    /** Reads the answer to its end. */
    void receive() throws RequestException, InterruptedException {
        try {
            next(PATIENCE_SECONDS);
            within = true;
            for (boolean ended = false; !ended; ) {
                Stream.Data data = stream.readData();
                if (data == null) {
                    stream.demand();
                    next(PATIENCE_SECONDS);
                } else {
                    ended = take(data);
                }
            }
            if (received < bytes) {
                next(REASON_SECONDS); // data ends with a failure, too
            }
            if (received != bytes) {
                throw new ProtocolException(received + " bytes in place of " + bytes);
            }
        } catch (ProtocolException e) {
            throw failure(Outcome.WRONG, e);
        }
    }

    private boolean take(Stream.Data data) throws ProtocolException {
        byte[] part = new byte[data.frame().remaining()];
        data.frame().getByteBuffer().get(part);
        boolean ended = data.frame().isEndStream();
        data.release();
        Traffic.check(part, part.length, received);
        received += part.length;
        return ended;
    }

    private void next(long seconds) throws RequestException, ProtocolException, InterruptedException {
        Event event = events.poll(seconds, TimeUnit.SECONDS);
        if (event == null) {
            throw failure(Outcome.ANSWER_TIMEOUT, new IOException("nothing came for " + seconds + " s"));
        }
        if (event.status != OK) {
            throw new ProtocolException("status " + event.status);
        }
        if (event.end != null) {
            boolean unprocessed = event.error == ErrorCode.REFUSED_STREAM_ERROR.code;
            throw failure(
                    unprocessed ? Outcome.UNPROCESSED : within ? Outcome.ENDED_WITHIN : Outcome.ENDED_BEFORE,
                    event.end);
        }
    }

    private RequestException failure(Outcome outcome, IOException cause) {
        return new RequestException(outcome, path + ", after " + received + " bytes: " + cause, cause);
    }

    @Override
    public void onHeaders(Stream from, HeadersFrame frame) {
        int status = frame.getMetaData() instanceof MetaData.Response response ? response.getStatus() : OK;
        events.add(new Event(status, 0, null));
    }

    @Override
    public void onDataAvailable(Stream from) {
        events.add(new Event(OK, 0, null));
    }

    @Override
    public void onReset(Stream from, ResetFrame frame, Callback callback) {
        events.add(new Event(OK, frame.getError(), new EOFException("reset: error " + frame.getError())));
        callback.succeeded();
    }

    @Override
    public void onFailure(Stream from, int error, String reason, Throwable failure, Callback callback) {
        // Beyond the last stream of a GOAWAY, which is the same as if this one had been refused (RFC 9113 section 8.7).
        int told = failure instanceof RetryableStreamException ? ErrorCode.REFUSED_STREAM_ERROR.code : error;
        events.add(new Event(OK, told, new IOException("error " + error + ": " + reason + ": " + failure)));
        callback.succeeded();
    }

    /** @param end null while the answer goes on, and then why there is no more of it */
    private record Event(int status, int error, IOException end) {}
}
