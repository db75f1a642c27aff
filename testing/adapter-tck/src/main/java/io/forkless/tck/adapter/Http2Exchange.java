package io.forkless.tck.adapter;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.util.Callback;

/** A request and its response on one HTTP/2 stream. What nobody reads here uses up the flow-control window. */
final class Http2Exchange implements Stream.Listener {
    private static final int SECONDS = 30;

    private final CompletableFuture<Integer> status = new CompletableFuture<>();
    private final BlockingQueue<CompletableFuture<Stream.Data>> data = new LinkedBlockingQueue<>();
    private Stream stream;

    void on(Stream opened) {
        stream = opened;
    }

    void write(String body, boolean last) throws Exception {
        ByteBuffer bytes = ByteBuffer.wrap(body.getBytes(StandardCharsets.US_ASCII));
        stream.data(new DataFrame(stream.getId(), bytes, last)).get(SECONDS, TimeUnit.SECONDS);
    }

    /** Waits for the header of the response. */
    int status() throws Exception {
        return status.get(SECONDS, TimeUnit.SECONDS);
    }

    /** The rest of the body. */
    byte[] readAll() throws Exception {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (!readInto(body)) {
            // there is more
        }
        return body.toByteArray();
    }

    /** What comes next. */
    byte[] readSome() throws Exception {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        readInto(body);
        return body.toByteArray();
    }

    private boolean readInto(ByteArrayOutputStream body) throws Exception {
        stream.demand();
        CompletableFuture<Stream.Data> next = data.poll(SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new IllegalStateException("nothing more after " + body.size() + " bytes");
        }
        try {
            Stream.Data read = next.get();
            byte[] bytes = new byte[read.frame().remaining()];
            read.frame().getByteBuffer().get(bytes);
            body.writeBytes(bytes);
            boolean last = read.frame().isEndStream();
            read.release();
            return last;
        } catch (ExecutionException e) {
            throw new IllegalStateException("cut off after " + body.size() + " bytes", e);
        }
    }

    @Override
    public void onHeaders(Stream from, HeadersFrame frame) {
        if (frame.getMetaData() instanceof MetaData.Response response) {
            status.complete(response.getStatus());
        }
    }

    @Override
    public void onDataAvailable(Stream from) {
        Stream.Data next = from.readData();
        if (next == null) {
            from.demand();
        } else {
            data.add(CompletableFuture.completedFuture(next));
        }
    }

    @Override
    public void onReset(Stream from, ResetFrame frame, Callback callback) {
        fail(new IllegalStateException(frame.toString()));
        callback.succeeded();
    }

    @Override
    public void onFailure(Stream from, int error, String reason, Throwable failure, Callback callback) {
        fail(new IllegalStateException("error " + error + ": " + reason, failure));
        callback.succeeded();
    }

    private void fail(Exception failure) {
        status.completeExceptionally(failure);
        data.add(CompletableFuture.failedFuture(failure));
    }
}
