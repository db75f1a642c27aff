package io.forkless.cli;

import io.forkless.internal.control.DiskSpace;
import io.forkless.supervisor.output.RotatingFile;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UnsupportedEncodingException;
import java.nio.file.Path;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Logger;

/**
 * Where the supervisor's own log goes: standard error, or a file that can be opened anew. What the JVM itself writes, as it
 * crashes, say, goes to standard error in any case.
 */
final class SupervisorLog {
    private final Path path;
    private final RotatingFile file;
    private final Formatter formatter;

    /**
     * @param path {@code null} for standard error
     * @param formatter of the records; {@code null} for the one of java.util.logging
     */
    SupervisorLog(Path path, Formatter formatter) {
        this.path = path;
        this.file = path == null ? null : new RotatingFile(path, 0, 0);
        this.formatter = formatter;
    }

    boolean hasFile() {
        return file != null;
    }

    /** {@code null} for standard error. */
    Path path() {
        return path;
    }

    /** With the next line; does not wait. */
    void reopen() {
        file.reopen();
    }

    /**
     * From now on the log goes there, and with a file {@link System#err} does as well.
     *
     * @throws IOException if the file cannot be written
     */
    void begin() throws IOException {
        if (file != null) {
            try {
                file.open();
            } catch (IOException e) {
                throw new IOException("supervisor log: cannot write " + path + ": " + DiskSpace.reason(path, e), e);
            }
            System.setErr(new PrintStream(file, true));
        }
        if (file != null || formatter != null) {
            Logger root = Logger.getLogger("");
            for (Handler handler : root.getHandlers()) {
                if (handler instanceof ConsoleHandler) { // others are as the user has configured them
                    root.removeHandler(handler);
                    root.addHandler(replacementOf(handler));
                }
            }
        }
    }

    /** A handler holds the stream that {@link System#err} was when it was made. */
    private Handler replacementOf(Handler handler) throws UnsupportedEncodingException {
        Handler replacement = new ConsoleHandler();
        replacement.setLevel(handler.getLevel());
        replacement.setFilter(handler.getFilter());
        replacement.setFormatter(formatter == null ? handler.getFormatter() : formatter);
        replacement.setEncoding(formatter == null ? handler.getEncoding() : "UTF-8"); // as JSON is, RFC 8259
        return replacement;
    }
}
