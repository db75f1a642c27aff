package io.forkless.supervisor.output;

import io.forkless.internal.control.DiskSpace;
import io.forkless.internal.control.FileType;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A log file and the older ones beside it, {@code FILE.1}, {@code FILE.2} and so on.
 *
 * @param maxBytes the size at which the file is rotated; 0 for never, where another program does it
 * @param keep how many older files are kept
 */
record LogFiles(Path file, long maxBytes, int keep) {
    /**
     * Makes the directory if it is missing.
     *
     * @throws IOException if the file cannot be opened; also if it is a FIFO
     */
    FileChannel open(OpenOption... options) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new NotDirectoryException(directory.toString());
        }
        Files.createDirectories(directory);
        if (FileType.isFifo(file)) {
            throw new IOException("it is a FIFO, whose reader all that write would have to wait for");
        }
        return FileChannel.open(file, options);
    }

    /** A device, reached by a link, is never renamed. */
    boolean isRegular() {
        return Files.isRegularFile(file);
    }

    /**
     * Makes the file this supervisor's own. The lock ends with the channel, and under POSIX also when this process closes
     * any other descriptor of the file (fcntl(2)). A reader takes no notice of it, as it is beyond the text.
     *
     * @return {@code null} if the file system has no locks
     * @throws IOException if another supervisor rotates the file, as each would rename what the other one writes
     */
    static FileLock lock(FileChannel channel) throws IOException {
        FileLock lock = null;
        try {
            lock = channel.tryLock(Long.MAX_VALUE - 1, 1, false);
        } catch (OverlappingFileLockException e) {
            // it is another supervisor of this process
        } catch (IOException e) {
            return null;
        }
        if (lock == null) {
            throw new IOException(
                    "another supervisor writes to it and rotates it; choose another directory or other names");
        }
        return lock;
    }

    /** Renames the file to {@code FILE.1}, or deletes it if none is kept. No effect if it is not there. */
    void rename() throws IOException {
        if (keep == 0) {
            Files.deleteIfExists(file);
        } else if (Files.exists(file)) {
            makeRoom();
            Files.move(file, older(1), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Renames each older file to the next number, up to the first gap: so a repeated attempt pushes out no more files. */
    void makeRoom() throws IOException {
        int free = 1;
        while (free < keep && Files.exists(older(free))) {
            free++;
        }
        for (int i = free; i > 1; i--) {
            Files.move(older(i - 1), older(i), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    Path older(int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    /** For a message. A failed write is reported as it is: free inodes matter only when a file is made. */
    String reason(IOException e) {
        return e instanceof FileSystemException ? DiskSpace.reason(file, e) : e.getMessage();
    }
}
