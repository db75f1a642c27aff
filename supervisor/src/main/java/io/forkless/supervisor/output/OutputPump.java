package io.forkless.supervisor.output;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Copies a worker's output line by line, so that lines of several workers never mix. */
final class OutputPump {
    /** A longer line is cut in pieces, so that a worker that never ends its line costs no memory. */
    private static final int MAX_LINE_BYTES = 8192;

    private OutputPump() {}

    static Thread start(String threadName, String prefix, InputStream from, OutputStream to) {
        byte[] start = prefix.getBytes(StandardCharsets.UTF_8);
        // Here, so that the thread itself takes no memory that it may not get.
        byte[] line = Arrays.copyOf(start, start.length + MAX_LINE_BYTES + 1);
        InputStream buffered = new BufferedInputStream(from);
        Thread thread = new Thread(() -> copy(line, start.length, buffered, to), threadName);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** @param start the length of the prefix, which is in the line already */
    private static void copy(byte[] line, int start, InputStream from, OutputStream to) {
        int length = start;
        try (InputStream in = from) {
            for (int b = in.read(); b >= 0; b = in.read()) {
                if (b == '\n' || length == line.length - 1) {
                    write(to, line, length);
                    length = start;
                }
                if (b != '\n') {
                    line[length++] = (byte) b;
                }
            }
        } catch (IOException e) {
            // the worker is gone, and its last line with it
        }
        if (length > start) {
            write(to, line, length);
        }
    }

    /** One write for the whole line: lines of several workers do not mix. */
    private static void write(OutputStream to, byte[] line, int length) {
        line[length] = '\n';
        try {
            synchronized (to) {
                to.write(line, 0, length + 1);
                to.flush();
            }
        } catch (Throwable e) {
            // Nobody reads us any more, or memory is short: go on emptying the pipe, or the worker would block on its
            // own output.
        }
    }
}
