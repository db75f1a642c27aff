package io.forkless.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/** A temporary directory with a path so short that a Unix-domain socket fits below it, on Windows too. */
public final class ShortTempDir implements TempDirFactory {
    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext extension) throws IOException {
        String name = "t" + Integer.toHexString(ThreadLocalRandom.current().nextInt());
        return Files.createDirectory(Path.of(System.getProperty("java.io.tmpdir"), name));
    }
}
