package io.forkless.internal.control;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Why a file cannot be made or written. */
public final class DiskSpace {
    /** What the C library says of ENOSPC. In another language, which it may speak, a reason stays as it is. */
    private static final String FULL = "No space left on device";

    private DiskSpace() {}

    /**
     * For a person, in a sentence that names the file. ENOSPC has two meanings, and {@code df} shows but one of them: a file
     * system may have room for bytes and for no further file; df(1) {@code -i} shows that.
     */
    public static String reason(Path file, IOException failure) {
        String reason = reasonOf(file, failure);
        if (reason.contains(FULL)) {
            try {
                FileStore store = Files.getFileStore(nearest(file));
                return store.getUsableSpace() > 0
                        ? "no free inode on " + store + ", which has room for bytes but for no further file;"
                                + " remove files there ('df -i' shows how many there are)"
                        : FULL;
            } catch (IOException e) {
                return reason;
            }
        }
        return reason;
    }

    /** A {@link FileSystemException} has a file in front of its reason, and some have a file alone. */
    private static String reasonOf(Path file, IOException failure) {
        if (failure instanceof FileSystemException named) {
            String reason = named.getReason() == null ? kindOf(named) : named.getReason();
            boolean same = named.getFile() == null || named.getFile().equals(file.toString());
            return same ? reason : named.getFile() + ": " + reason;
        }
        return String.valueOf(failure.getMessage());
    }

    /** {@code AccessDeniedException} in words. */
    private static String kindOf(FileSystemException failure) {
        String kind = failure.getClass().getSimpleName().replaceFirst("Exception$", "");
        return kind.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    }

    private static Path nearest(Path file) {
        Path path = file.toAbsolutePath();
        while (path.getParent() != null && !Files.exists(path)) {
            path = path.getParent();
        }
        return path;
    }
}
