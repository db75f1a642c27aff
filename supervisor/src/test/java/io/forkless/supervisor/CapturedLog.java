package io.forkless.supervisor;

import io.forkless.supervisor.output.Log;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What the supervisor logs while this is open, each record as {@code LEVEL message}. */
public final class CapturedLog extends Handler implements AutoCloseable {
    private static final Logger LOGGER = Logger.getLogger(Supervisor.class.getName());

    private static final Duration FLUSH_LIMIT = Duration.ofSeconds(30);

    private final List<String> lines = new CopyOnWriteArrayList<>();

    public CapturedLog() {
        Log.flush(FLUSH_LIMIT); // what others have logged
        LOGGER.addHandler(this);
    }

    public List<String> lines() {
        Log.flush(FLUSH_LIMIT);
        return lines;
    }

    @Override
    public void publish(LogRecord record) {
        lines.add(record.getLevel() + " " + new SimpleFormatter().formatMessage(record));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        Log.flush(FLUSH_LIMIT);
        LOGGER.removeHandler(this);
    }
}
