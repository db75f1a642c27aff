package io.forkless.supervisor.output;

import java.io.Closeable;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/** Where the output of the workers goes. */
public interface WorkerOutput extends Closeable {
    /** Whether a process can be asked to reopen the file that it writes itself. */
    enum Reopening {
        /** It has not called yet. */
        NOT_YET,
        POSSIBLE,
        IMPOSSIBLE,
        /** It has exited. */
        GONE
    }

    /**
     * The file that is to be the standard output and error of a process that is about to start; both append to it. It exists and
     * can be written, as far as is known. Waits a second at most.
     *
     * @return empty if the output is to be {@linkplain #attach attached}
     */
    Optional<Path> openFor(int index);

    /**
     * From now on a process writes the file of that index itself.
     *
     * @param process called on any thread
     */
    void writtenBy(int index, Supplier<Reopening> process);

    /** Takes the output of one process until it ends, on threads of its own. */
    void attach(int index, InputStream output, InputStream errors);

    /** The file with the output of that worker; empty if there are no files. */
    Optional<Path> fileOf(int index);

    /**
     * Rotates the files that processes write themselves and that have reached their size. May wait for the disk.
     *
     * @return the indexes of those whose process is to be asked to reopen its file
     */
    Set<Integer> rotate();

    /**
     * Reopens files that another program has renamed, except those that processes write themselves. Does not wait.
     *
     * @return false if there are no files
     */
    boolean reopen();

    /**
     * Tells whether another supervisor may write to the same files. Does not wait.
     *
     * @param shared whether it may from now on
     */
    void share(boolean shared);

    /** Another supervisor reads from now on what was {@linkplain #attach attached} here. Does not wait. */
    void handOver();

    /** Waits for what is written already, within reason. */
    @Override
    void close();

    /**
     * To two streams. Lines are dropped while nobody reads a stream, or the
     * workers would stand still as well.
     *
     * @param prefixes of the lines, by the workers' indexes
     */
    static WorkerOutput to(OutputStream output, OutputStream errors, IntFunction<String> prefixes) {
        LineOutlet toOutput = new LineOutlet("forkless-stdout", output);
        LineOutlet toErrors = new LineOutlet("forkless-stderr", errors);
        Pumps pumps = new Pumps();
        return new WorkerOutput() {
            @Override
            public Optional<Path> openFor(int index) {
                return Optional.empty();
            }

            @Override
            public void writtenBy(int index, Supplier<Reopening> process) {
                // only an adopted process does
            }

            @Override
            public Set<Integer> rotate() {
                return Set.of();
            }

            @Override
            public void attach(int index, InputStream from, InputStream fromErrors) {
                pumps.start(index, prefixes.apply(index), from, toOutput, fromErrors, toErrors);
            }

            @Override
            public Optional<Path> fileOf(int index) {
                return Optional.empty();
            }

            @Override
            public boolean reopen() {
                return false;
            }

            @Override
            public void share(boolean shared) {
                // several supervisors may write to a stream
            }

            @Override
            public void handOver() {
                pumps.handOver();
            }

            @Override
            public void close() {
                pumps.awaitEnds();
                toOutput.awaitWritten(); // the streams are the caller's
                toErrors.awaitWritten();
            }
        };
    }
}
