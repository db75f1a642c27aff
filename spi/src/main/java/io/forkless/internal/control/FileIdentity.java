package io.forkless.internal.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Which file it was that a path named, to tell when it is gone or when another one has taken its place.
 *
 * @param key device and inode (stat(2)); {@code null} where the system does not tell, as Windows: then any file at the
 *     path passes for the one it was
 */
public record FileIdentity(Path path, Object key) {
    /** Of the file, directory or socket that is there now. */
    public static FileIdentity of(Path path) throws IOException {
        return new FileIdentity(path, keyOf(path));
    }

    /** Whether the path still names it. A path that cannot be looked at names nothing. */
    public boolean isThere() {
        try {
            Object now = keyOf(path);
            return key == null || key.equals(now);
        } catch (IOException e) {
            return false;
        }
    }

    private static Object keyOf(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }
}
