package io.forkless.supervisor.output;

import java.io.Closeable;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.IntFunction;

/** Where the output of the workers goes. */
public interface WorkerOutput extends Closeable {
    /** Takes the output of one process until it ends, on threads of its own. */
    void attach(int index, InputStream output, InputStream errors);

    /** The file with the output of that worker; empty if there are no files. */
    Optional<Path> fileOf(int index);

    /**
     * Opens files anew that somebody has renamed. Does not wait.
     *
     * @return false if there are no files
     */
    boolean reopen();

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
            public void close() {
                pumps.awaitEnds();
                toOutput.awaitWritten(); // the streams are the caller's
                toErrors.awaitWritten();
            }
        };
    }
}
