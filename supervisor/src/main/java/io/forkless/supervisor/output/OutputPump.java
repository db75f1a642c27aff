package io.forkless.supervisor.output;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;

/** Copies a worker's output line by line, so that lines of several workers never mix. */
final class OutputPump {
    private static final int BLOCK_BYTES = 8192;

    private OutputPump() {}

    /** @param prefix comes in front of each line */
    static Thread start(String threadName, String prefix, InputStream from, OutputStream to) {
        return start(threadName, prefix, from, to, LongLineMemory.SHARED, () -> false);
    }

    /** @param last whether another process reads as well, so that the block that is read next is the last one here */
    static Thread start(
            String threadName,
            String prefix,
            InputStream from,
            OutputStream to,
            LongLineMemory memory,
            BooleanSupplier last) {
        // Here, so that the thread itself takes no memory that it may not get.
        byte[] block = new byte[BLOCK_BYTES];
        OutputLines lines = new OutputLines(
                prefix.getBytes(StandardCharsets.UTF_8), (line, length) -> write(to, line, length), memory);
        Thread thread = new Thread(() -> copy(block, from, lines, last), threadName);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void copy(byte[] block, InputStream from, OutputLines lines, BooleanSupplier last) {
        try (InputStream in = from) {
            for (int count = in.read(block); count >= 0; count = last.getAsBoolean() ? -1 : in.read(block)) {
                lines.add(block, count);
            }
        } catch (IOException e) {
            // the worker is gone, and what it had not sent yet with it
        }
        lines.end();
    }

    /** One write for the whole line: lines of several workers do not mix. */
    private static void write(OutputStream to, byte[] line, int length) {
        try {
            synchronized (to) {
                to.write(line, 0, length);
                to.flush();
            }
        } catch (Throwable e) {
            // Nobody reads us any more, or memory is short: go on emptying the pipe, or the worker would block on its
            // own output.
        }
    }
}
