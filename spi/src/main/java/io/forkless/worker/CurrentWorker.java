package io.forkless.worker;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.internal.control.NativeText;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** What {@link Worker#current()} answers: the connection is made once, and so is the attempt that fails. */
final class CurrentWorker {
    private static Worker connected;
    private static IOException failure;
    private static Worker fake;

    private CurrentWorker() {}

    static synchronized Optional<Worker> get() throws IOException {
        if (fake != null) {
            return Optional.of(fake);
        }
        String file = bootstrapFile();
        if (file == null) {
            return Optional.empty();
        }
        if (failure != null) {
            throw new IOException(failure.getMessage(), failure);
        }
        if (connected == null) {
            try {
                connected = SupervisedWorker.connect(path(file));
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }
        return Optional.of(connected);
    }

    /**
     * A test's worker, until it is removed.
     *
     * @throws IllegalStateException in a process that a supervisor has started, or if there is another fake
     */
    static synchronized void install(Worker worker) {
        if (bootstrapFile() != null) {
            throw new IllegalStateException(
                    "this process is the worker of a supervisor (" + BootstrapFile.ENVIRONMENT + " is set)");
        }
        if (fake != null && fake != worker) {
            throw new IllegalStateException("another fake worker is installed in this JVM");
        }
        fake = worker;
    }

    static synchronized void remove(Worker worker) {
        if (fake == worker) {
            fake = null;
        }
    }

    private static Path path(String file) throws IOException {
        try {
            return Path.of(file);
        } catch (InvalidPathException e) {
            throw new IOException(
                    "cannot read the file that " + BootstrapFile.ENVIRONMENT + " names: " + NativeText.reason(), e);
        }
    }

    private static String bootstrapFile() {
        String file = System.getenv(BootstrapFile.ENVIRONMENT);
        return file == null || file.isEmpty() ? null : file;
    }
}
