package io.forkless.supervisor.output;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A file {@code worker-INDEX.log} for each worker; processes that have the same index one after the other share it. */
public final class LogDirectory implements WorkerOutput {
    /**
     * @param maxBytes the size at which a file is rotated; 0 for never
     * @param keep how many older files there are of each
     */
    public record Options(Path directory, long maxBytes, int keep) {
        public Options {
            if (maxBytes < 0) {
                throw new IllegalArgumentException("log size: " + maxBytes + " is negative");
            }
            if (keep < 0) {
                throw new IllegalArgumentException("log files to keep: " + keep + " is negative");
            }
        }
    }

    /** What a worker that has just ended wrote last is perhaps still in its pipe; a grandchild may keep that for ever. */
    private static final long LAST_WORDS_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Options options;
    private final Set<Thread> pumps = ConcurrentHashMap.newKeySet();
    private final Map<Integer, RotatingFile> files = new TreeMap<>();

    /** @throws IOException if files cannot be made there */
    public LogDirectory(Options options) throws IOException {
        this.options = options;
        try {
            Files.createDirectories(options.directory());
            fileOf(0).open(); // shows at once whether it is possible
        } catch (IOException e) {
            throw new IOException("log directory: cannot write " + options.directory() + ": " + e, e);
        }
    }

    @Override
    public void attach(int index, InputStream output, InputStream errors) {
        RotatingFile file = fileOf(index);
        pumps.removeIf(thread -> !thread.isAlive());
        pumps.add(OutputPump.start("forkless-worker-" + index + "-stdout", "", output, file));
        pumps.add(OutputPump.start("forkless-worker-" + index + "-stderr", "", errors, file));
    }

    @Override
    public synchronized void reopen() {
        files.values().forEach(RotatingFile::reopen);
    }

    @Override
    public void close() {
        long deadline = System.nanoTime() + LAST_WORDS_NANOS;
        try {
            for (Thread pump : pumps) {
                pump.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeFiles(); // does not wait for the disk
    }

    private synchronized void closeFiles() {
        files.values().forEach(RotatingFile::close);
    }

    private synchronized RotatingFile fileOf(int index) {
        return files.computeIfAbsent(index, i -> {
            Path file = options.directory().resolve("worker-" + i + ".log");
            return new RotatingFile(file, options.maxBytes(), options.keep());
        });
    }
}
