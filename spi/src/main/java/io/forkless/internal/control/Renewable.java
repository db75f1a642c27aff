package io.forkless.internal.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/** A file, directory or socket that is needed for as long as its process runs, and that somebody else may remove. */
public interface Renewable {
    Path path();

    /** Whether the path still names what was made there. */
    boolean isThere();

    /**
     * Makes it anew at the same path; what is in it is not its matter.
     *
     * @throws IOException if it cannot be, also if something else is in its place that it must not touch
     */
    void makeAgain() throws IOException;

    /** Makes it look as if it was new, for cleaners that go by age. */
    default void touch(FileTime now) throws IOException {
        Files.setLastModifiedTime(path(), now);
    }
}
