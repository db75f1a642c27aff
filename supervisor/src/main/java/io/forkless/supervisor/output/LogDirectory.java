package io.forkless.supervisor.output;

import io.forkless.internal.control.DiskSpace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntFunction;

/** A file for each worker; processes that have the same index one after the other share it. */
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

    private final Options options;
    private final IntFunction<String> names;
    private final IntFunction<String> prefixes;
    private final Pumps pumps = new Pumps();
    private final Map<Integer, RotatingFile> files = new TreeMap<>();

    /**
     * @param names of the files, by the workers' indexes
     * @param prefixes of the lines, by the workers' indexes
     * @throws IOException if files cannot be made there
     */
    public LogDirectory(Options options, IntFunction<String> names, IntFunction<String> prefixes) throws IOException {
        this.options = options;
        this.names = names;
        this.prefixes = prefixes;
        try {
            open(0).open(); // shows at once whether it is possible
        } catch (IOException e) {
            throw new IOException(
                    "log directory: cannot write " + options.directory() + ": "
                            + DiskSpace.reason(options.directory(), e),
                    e);
        }
    }

    @Override
    public void attach(int index, InputStream output, InputStream errors) {
        RotatingFile file = open(index);
        pumps.start(index, prefixes.apply(index), output, file, errors, file);
    }

    @Override
    public Optional<Path> fileOf(int index) {
        return Optional.of(path(index));
    }

    private Path path(int index) {
        return options.directory().resolve(names.apply(index));
    }

    @Override
    public synchronized boolean reopen() {
        files.values().forEach(RotatingFile::reopen);
        return true;
    }

    @Override
    public void close() {
        pumps.awaitEnds();
        closeFiles(); // does not wait for the disk
    }

    private synchronized void closeFiles() {
        files.values().forEach(RotatingFile::close);
    }

    private synchronized RotatingFile open(int index) {
        return files.computeIfAbsent(index, i -> new RotatingFile(path(i), options.maxBytes(), options.keep()));
    }
}
