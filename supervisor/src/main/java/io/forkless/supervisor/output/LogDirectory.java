package io.forkless.supervisor.output;

import io.forkless.internal.control.DiskSpace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * A file for each worker; processes that have the same index one after the other share it. A process writes its file itself,
 * unless its lines are to have a prefix or the file cannot be opened: then its output passes through here.
 */
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
    private final Map<Integer, DirectFile> direct = new TreeMap<>();

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
            if (isDirect(0)) {
                direct(0).open(); // shows at once whether it is possible
            } else {
                open(0).open();
            }
        } catch (IOException e) {
            throw new IOException(
                    "log directory: cannot write " + options.directory() + ": "
                            + DiskSpace.reason(options.directory(), e),
                    e);
        }
    }

    @Override
    public Optional<Path> openFor(int index) {
        if (!isDirect(index)) {
            return Optional.empty();
        }
        endAttached(index);
        return direct(index).prepare() ? fileOf(index) : Optional.empty();
    }

    private boolean isDirect(int index) {
        return prefixes.apply(index).isEmpty();
    }

    @Override
    public void writtenBy(int index, Supplier<Reopening> process) {
        direct(index).writtenBy(process);
    }

    @Override
    public Set<Integer> rotate() {
        Set<Integer> toAsk = new TreeSet<>();
        allDirect().forEach((index, file) -> {
            if (file.rotate()) {
                toAsk.add(index);
            }
        });
        return toAsk;
    }

    @Override
    public void attach(int index, InputStream output, InputStream errors) {
        endDirect(index);
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
        direct.values().forEach(DirectFile::reopen);
        return true;
    }

    @Override
    public synchronized void share(boolean shared) {
        files.values().forEach(file -> file.share(shared));
        direct.values().forEach(file -> file.share(shared));
    }

    @Override
    public synchronized void handOver() {
        pumps.handOver();
        files.clear(); // its threads write once more, and nobody else does
    }

    @Override
    public void close() {
        pumps.awaitEnds();
        closeFiles(); // does not wait for the disk
    }

    private synchronized void closeFiles() {
        files.values().forEach(RotatingFile::close);
        direct.values().forEach(DirectFile::close);
    }

    private synchronized DirectFile direct(int index) {
        return direct.computeIfAbsent(index, i -> new DirectFile(filesOf(i)));
    }

    private synchronized Map<Integer, DirectFile> allDirect() {
        return new TreeMap<>(direct);
    }

    /** An earlier process may have had its output attached. */
    private synchronized void endAttached(int index) {
        RotatingFile attached = files.remove(index);
        if (attached != null) {
            attached.close();
        }
    }

    /** Gives up the lock, so that the file that follows can take it. */
    private synchronized void endDirect(int index) {
        DirectFile file = direct.remove(index);
        if (file != null) {
            file.close();
        }
    }

    private LogFiles filesOf(int index) {
        return new LogFiles(path(index), options.maxBytes(), options.keep());
    }

    private synchronized RotatingFile open(int index) {
        return files.computeIfAbsent(index, i -> new RotatingFile(path(i), options.maxBytes(), options.keep()));
    }
}
