package io.forkless.supervisor.output;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Arrays;

/**
 * Lines on their way to a stream that perhaps nobody reads. A reader that is slow makes the writers wait, for one that
 * stands still lines are dropped and counted.
 */
final class LineOutlet extends OutputStream {
    private static final System.Logger LOG = Log.supervisor();

    private static final int MAX_WAITING = 256;

    /** Of one stream; a line has up to 1 MiB. */
    private static final long MAX_WAITING_BYTES = 2L << 20;

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration LAST_WORDS_LIMIT = Duration.ofSeconds(1);

    private final OutputStream stream;
    private final Outlet outlet;

    LineOutlet(String name, OutputStream stream) {
        this.stream = stream;
        this.outlet = new Outlet(
                name,
                MAX_WAITING,
                MAX_WAITING_BYTES,
                dropped -> LOG.log(
                        Level.WARNING,
                        "{0} lines of the workers'' output were dropped: its reader is too slow",
                        dropped));
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    /** Takes whole lines. */
    @Override
    public void write(byte[] bytes, int offset, int length) {
        byte[] line = Arrays.copyOfRange(bytes, offset, offset + length);
        outlet.offer(() -> print(line), length, PATIENCE);
    }

    /** Waits until everything is written, within reason. */
    void awaitWritten() {
        outlet.flush(LAST_WORDS_LIMIT);
    }

    /** In one write, and alone: others use the stream as well. */
    private void print(byte[] line) {
        try {
            synchronized (stream) {
                stream.write(line);
                stream.flush();
            }
        } catch (IOException | RuntimeException e) {
            // Nobody reads us any more; the workers go on.
        }
    }
}
