package io.forkless.internal.control;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A directory that only its owner can enter (mode 0700; on Windows, below the user's own temporary directory), for
 * sockets and secrets. Closing removes the files in it and the directory.
 */
public record PrivateDirectory(Path path) implements Closeable {
    private static final String SEPARATOR = "-";

    /** Leaves room for our longest socket name within the 104 bytes (macOS; Linux: 108) of {@code sun_path}, unix(7). */
    private static final int MAX_PATH_BYTES = 103 - ("/" + BootstrapFile.SOCKET_FILE).length();

    /**
     * Makes one below {@code XDG_RUNTIME_DIR} if that is absolute and writable, else below {@code java.io.tmpdir}.
     *
     * @param prefix how its name begins; this process's pid and a random number follow
     * @throws IOException also if the path is too long for a socket in it
     */
    public static PrivateDirectory create(String prefix) throws IOException {
        String owner = prefix + ProcessHandle.current().pid() + SEPARATOR;
        Path path = Files.createTempDirectory(base(), owner).toAbsolutePath();
        int bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_PATH_BYTES) {
            Files.delete(path);
            throw new IOException("private directory: " + path + " is too long for a Unix-domain socket in it; set"
                    + " XDG_RUNTIME_DIR to a shorter directory");
        }
        return new PrivateDirectory(path);
    }

    /** How the names of all begin that the same process has made. */
    static String prefixOf(Path directory) {
        String name = directory.getFileName().toString();
        return name.substring(0, name.lastIndexOf(SEPARATOR) + SEPARATOR.length());
    }

    /** Where private directories are made. */
    public static Path base() {
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        // An empty or relative one is to be ignored: XDG Base Directory Specification, "Basics".
        return runtime != null && Path.of(runtime).isAbsolute() && Files.isWritable(Path.of(runtime))
                ? Path.of(runtime)
                : Path.of(System.getProperty("java.io.tmpdir"));
    }

    /** What a new file is made with, so that it is never open to others. */
    public static FileAttribute<?>[] ownerOnly(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>
                        [0]; // Windows: the access list of the user's own temporary directory is inherited
    }

    /** What the JDK says of a failed write, "No space left on device", lacks the file. */
    public static IOException cannotWrite(Path file, IOException cause) {
        return new IOException("cannot write " + file + ": " + cause.getMessage(), cause);
    }

    public Path resolve(String file) {
        return path.resolve(file);
    }

    @Override
    public void close() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        } catch (NoSuchFileException e) {
            return;
        }
        Files.deleteIfExists(path);
    }
}
