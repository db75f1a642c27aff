package io.forkless.testing;

import static org.awaitility.Awaitility.await;

import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** A file that a test has mapped into memory. */
public final class MappedFile {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private MappedFile() {}

    /**
     * Deletes a file to whose mapping nothing refers any more. Windows deletes no file that is mapped, or puts it off, and
     * a mapping ends when its buffer is collected.
     */
    public static void delete(Path file) {
        await().atMost(LIMIT)
                .ignoreExceptionsInstanceOf(FileSystemException.class)
                .until(() -> {
                    System.gc();
                    Files.deleteIfExists(file);
                    try (Stream<Path> files = Files.list(file.getParent())) {
                        return files.noneMatch(file::equals);
                    }
                });
    }
}
