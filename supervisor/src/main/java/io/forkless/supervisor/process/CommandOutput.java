package io.forkless.supervisor.process;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;

/** What a short command has printed, without ever waiting for it. More than there is room for is left out. */
final class CommandOutput implements Closeable {
    private static final int MAX_BYTES = 64 * 1024;

    /** Well within what the log takes at a time. */
    static final int MAX_LINES = 1000;

    private final InputStream from;
    private final Charset charset;
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private boolean leftOut;

    CommandOutput(InputStream from, Charset charset) {
        this.from = from;
        this.charset = charset;
    }

    void readAvailable() {
        try {
            for (int available = from.available(); available > 0; available = from.available()) {
                byte[] bytes = from.readNBytes(available);
                int kept = Math.min(bytes.length, MAX_BYTES - printed.size());
                printed.write(bytes, 0, kept);
                leftOut |= kept < bytes.length;
            }
        } catch (IOException e) {
            // it has ended, as far as we can tell
        }
    }

    List<String> lines() {
        List<String> all = printed.toString(charset).lines().toList();
        List<String> lines = new ArrayList<>(all.subList(0, Math.min(MAX_LINES, all.size())));
        if (leftOut || lines.size() < all.size()) {
            lines.add("(the rest is left out)");
        }
        return lines;
    }

    @Override
    public void close() {
        try {
            from.close();
        } catch (IOException e) {
            // there is nothing more to read in any case
        }
    }
}
