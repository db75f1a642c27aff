package io.forkless.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * The current directory by the path by which it was entered, where the shell tells it ({@code PWD}; POSIX, Environment
 * Variables). Links in it are not resolved, so that they lead elsewhere when they are changed.
 *
 * @param path empty if nothing is known of it but that it is the current one
 */
record LogicalDirectory(Path path) {
    private static final Path CURRENT = Path.of("");

    /** That of this process, which does not leave it. */
    private static final LogicalDirectory OWN = of(System.getenv("PWD"));

    static LogicalDirectory current() {
        return OWN;
    }

    /** @param pwd what the shell says, or whoever has set the variable; may be wrong or {@code null} */
    static LogicalDirectory of(String pwd) {
        try {
            if (pwd != null && Path.of(pwd).isAbsolute() && Files.isSameFile(Path.of(pwd), Path.of("."))) {
                return new LogicalDirectory(Path.of(pwd));
            }
        } catch (IOException | InvalidPathException e) {
            // it is of another process, or may not be looked at
        }
        return new LogicalDirectory(CURRENT);
    }

    /** @return {@code null} for {@code null} */
    Path resolve(Path relative) {
        return relative == null ? null : path.resolve(relative);
    }
}
