package io.forkless.supervisor.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Files that a process reads for as long as it runs, as they were when it was started. One that has been replaced by another
 * file of the same name does no harm, as the process has the old one open; one that has been written over does. Immutable.
 */
public final class FilesInUse {
    private final List<Stamp> stamps = new ArrayList<>();

    /** @param files that exist; where links lead now is what counts */
    FilesInUse(List<Path> files) {
        for (Path file : files) {
            try {
                stamps.add(Stamp.of(file.toRealPath()));
            } catch (IOException e) {
                // then the process cannot read it either
            }
        }
    }

    /** Those that somebody has written over. Looks at each, which may take as long as their file system takes. */
    public List<Path> overwritten() {
        return stamps.stream().filter(Stamp::isOverwritten).map(Stamp::file).toList();
    }

    /** @param key the same for all names of a file, and for nothing else; {@code null} where there is no such thing */
    private record Stamp(Path file, Object key, long size, FileTime modified) {
        static Stamp of(Path file) throws IOException {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(file, now.fileKey(), now.size(), now.lastModifiedTime());
        }

        boolean isOverwritten() {
            try {
                Stamp now = of(file);
                return Objects.equals(now.key, key) && !now.equals(this);
            } catch (IOException e) {
                return false; // it was removed, or cannot be looked at
            }
        }
    }
}
