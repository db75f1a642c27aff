package io.forkless.cli;

import io.forkless.internal.control.NativeText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The directory in which this process was started. */
final class WorkingDirectory {
    private static final Path LINK = Path.of("/proc/self/cwd");

    private WorkingDirectory() {}

    /**
     * Here and in each worker, a JVM that cannot call its directory by its name finds no file by a relative one.
     *
     * @throws IOException if that is so; where there is no proc(5), it cannot be told
     */
    static void requireUsable() throws IOException {
        if (!Files.isSymbolicLink(LINK)) {
            return;
        }
        Path directory = Files.readSymbolicLink(LINK);
        if (!NativeText.isIntact(directory)) {
            throw new IOException("the working directory '" + NativeText.visible(directory)
                    + "' cannot be called by its name: " + NativeText.reason());
        }
    }
}
