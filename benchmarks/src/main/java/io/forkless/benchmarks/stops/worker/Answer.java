package io.forkless.benchmarks.stops.worker;

import io.forkless.benchmarks.stops.Traffic;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.IntConsumer;

/** One answer, written by a thread that waits, the same on either server. */
final class Answer {
    private static final int PIECE = 64 << 10;

    private final InputStream in;
    private final IntConsumer length;
    private final OutputStream out;

    /** @param length takes the number of bytes of an answer for which it is known, before the first one is written */
    Answer(InputStream in, IntConsumer length, OutputStream out) {
        this.in = in;
        this.length = length;
        this.out = out;
    }

    /** Writes the answer and ends it. A failure leaves it without an end. */
    void write(String path) throws IOException, InterruptedException {
        switch (path) {
            case Traffic.QUICK -> send(Traffic.QUICK_BYTES);
            case Traffic.SLOW -> {
                Thread.sleep(Traffic.GAP.toMillis());
                send(Traffic.QUICK_BYTES);
            }
            case Traffic.EVENTS -> sendEvents();
            case Traffic.DOWNLOAD -> send(Traffic.DOWNLOAD_BYTES);
            case Traffic.UPLOAD -> {
                checkUpload();
                send(Traffic.QUICK_BYTES);
            }
            default -> throw new FileNotFoundException(path);
        }
        out.close();
    }

    private void send(int bytes) throws IOException {
        length.accept(bytes);
        for (int sent = 0; sent < bytes; sent += PIECE) {
            out.write(Traffic.body(sent, Math.min(bytes, sent + PIECE)));
        }
    }

    private void sendEvents() throws IOException, InterruptedException {
        for (int sent = 0; sent < Traffic.EVENTS_BYTES; sent += Traffic.EVENT_BYTES) {
            if (sent > 0) {
                Thread.sleep(Traffic.GAP.toMillis());
            }
            out.write(Traffic.body(sent, sent + Traffic.EVENT_BYTES));
            out.flush();
        }
    }

    private void checkUpload() throws IOException {
        byte[] body = in.readAllBytes();
        Traffic.check(body, body.length, 0);
        if (body.length != Traffic.UPLOAD_BYTES) {
            throw new IOException("an upload of " + body.length + " bytes");
        }
    }
}
