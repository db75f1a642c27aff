package io.forkless.internal.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the JDK does not tell of a file: which of the special ones it is; inode(7). */
public final class FileType {
    private static final String MODE = "unix:mode";
    private static final int TYPE = 0170000;
    private static final int FIFO = 0010000;

    private FileType() {}

    /** Whether it is there and a FIFO, or a link to one, which to open waits for somebody else; false on Windows. */
    public static boolean isFifo(Path file) throws IOException {
        boolean special = Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file);
        return special
                && file.getFileSystem().supportedFileAttributeViews().contains("unix")
                && ((int) Files.getAttribute(file, MODE) & TYPE) == FIFO;
    }
}
