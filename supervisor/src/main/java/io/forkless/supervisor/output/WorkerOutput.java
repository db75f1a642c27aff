package io.forkless.supervisor.output;

import java.io.Closeable;
import java.io.InputStream;
import java.io.OutputStream;

/** Where the output of the workers goes. */
public interface WorkerOutput extends Closeable {
    /** Takes the output of one process until it ends, on threads of its own. */
    void attach(int index, InputStream output, InputStream errors);

    /** Opens files anew that somebody has renamed. Does not wait. */
    void reopen();

    /** Waits for what is written already, within reason. */
    @Override
    void close();

    /**
     * To two streams, each line with the worker's index in front. Lines are dropped while nobody reads a stream, or the
     * workers would stand still as well.
     */
    static WorkerOutput to(OutputStream output, OutputStream errors) {
        LineOutlet toOutput = new LineOutlet("forkless-stdout", output);
        LineOutlet toErrors = new LineOutlet("forkless-stderr", errors);
        return new WorkerOutput() {
            @Override
            public void attach(int index, InputStream from, InputStream fromErrors) {
                String prefix = "[" + index + "] ";
                OutputPump.start("forkless-worker-" + index + "-stdout", prefix, from, toOutput);
                OutputPump.start("forkless-worker-" + index + "-stderr", prefix, fromErrors, toErrors);
            }

            @Override
            public void reopen() {
                throw new IllegalStateException("there are no log files: the supervisor runs without --log-dir");
            }

            @Override
            public void close() {
                toOutput.awaitWritten(); // the streams are the caller's
                toErrors.awaitWritten();
            }
        };
    }
}
