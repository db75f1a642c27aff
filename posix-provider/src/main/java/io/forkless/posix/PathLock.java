package io.forkless.posix;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Held from the look at a Unix-domain path until the listener there listens. Of two supervisors that find the same path stale,
 * one takes it over; neither takes a path that is bound and about to listen for a stale one. It is a lock on the path's
 * directory (flock(2)), so nothing is left behind, whatever happens to its holder.
 */
final class PathLock implements Closeable {
    /** To bind and listen takes much less; whoever takes longer has been stopped. */
    private static final int PATIENCE_MILLIS = 5000;

    private static final int PAUSE_MILLIS = 5;
    private static final LibC C = LibC.INSTANCE;

    private final int fd;
    private final IOException obstacle;

    private PathLock(int fd, IOException obstacle) {
        this.fd = fd;
        this.obstacle = obstacle;
    }

    /**
     * Waits for the lock. Where none can be had it returns one that is not held: only the takeover of a stale path needs it. A
     * file system may have no such locks, NFS for one; if the directory is missing, bind(2) says so.
     *
     * @param path the listener's
     * @throws IOException if somebody else holds it for long
     */
    static PathLock acquire(String operation, Path path) throws IOException {
        Path directory = path.getParent();
        if (directory == null || !Files.isDirectory(directory)) { // to open a FIFO would wait for its other end
            return new PathLock(-1, new IOException(operation + ": " + directory + " is not a directory"));
        }
        int fd = C.open(LibC.string(directory.toString()), Abi.O_RDONLY);
        if (fd < 0) {
            return new PathLock(-1, Errno.failure(operation, "open " + directory, Errno.last()));
        }
        try {
            new NativeSocket(fd).setCloseOnExec();
            return new PathLock(fd, lock(operation, directory, fd));
        } catch (IOException | RuntimeException | Error e) {
            C.close(fd);
            throw e;
        }
    }

    /** @return why there are no locks here, or {@code null} when it is held */
    private static IOException lock(String operation, Path directory, int fd) throws IOException {
        long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
        while (C.flock(fd, Abi.LOCK_EX | Abi.LOCK_NB) != 0) {
            int errno = Errno.last();
            if (errno != Errno.EAGAIN) {
                return Errno.failure(operation, "flock " + directory, errno);
            }
            if (System.nanoTime() - deadline >= 0) {
                throw Errno.failure(operation, "flock " + directory, errno, "another process holds the lock");
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(operation + ": interrupted while another process opens a path there");
            }
        }
        return null;
    }

    /** @throws IOException if it could not be had */
    void requireHeld() throws IOException {
        if (obstacle != null) {
            throw new IOException(
                    obstacle.getMessage() + "; without a lock a stale path cannot be taken over, remove it", obstacle);
        }
    }

    @Override
    public void close() {
        if (fd >= 0) {
            C.close(fd);
        }
    }
}
