package io.forkless.internal.control;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Only who has it may start a supervisor in the place of one that has gone: a lock on a file in the directory of the service, which
 * the operating system releases when the process dies. One thread uses it.
 */
public final class RevivalLock implements Closeable {
    private static final String FILE = "revival";

    private final Path file;

    /** {@code null} while this process does not have it. */
    private FileChannel locked;

    /** @param directory that of the service */
    public RevivalLock(Path directory) {
        this.file = directory.resolve(FILE);
    }

    /** @return false if another process has it */
    public boolean tryLock() throws IOException {
        if (locked != null) {
            return true; // to open and close the file once more would release the lock (fcntl(2))
        }
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                locked = channel;
            }
        } catch (OverlappingFileLockException e) {
            // another one of this process has it
        } finally {
            if (locked == null) {
                channel.close();
            }
        }
        return locked != null;
    }

    /** Gives it up. Does nothing if this process does not have it. */
    @Override
    public void close() throws IOException {
        if (locked != null) {
            FileChannel channel = locked;
            locked = null;
            channel.close();
        }
    }
}
