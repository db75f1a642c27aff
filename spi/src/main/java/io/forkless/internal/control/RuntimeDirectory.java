package io.forkless.internal.control;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * Where the supervisors of a user keep what they need while they run: {@code forkless-UID} below {@code java.io.tmpdir},
 * which is the same for whoever asks, or a directory that the operator has chosen, by {@code --runtime-dir}, the system
 * property {@value #PROPERTY} or the variable {@value #ENVIRONMENT}. The choice is one for the process, as the providers of
 * listeners make files there, too.
 */
public final class RuntimeDirectory {
    public static final String OPTION = "--runtime-dir";

    public static final String ENVIRONMENT = "FORKLESS_RUNTIME_DIR";

    /** Wins over the variable. */
    public static final String PROPERTY = "forkless.runtime.dir";

    private static final String NAME = "forkless";
    private static final String REMEDY = "choose another directory with " + OPTION + " or " + ENVIRONMENT;

    /** That of this process's supervisor, if this process uses it without an operator's choice. */
    private static volatile Path ofSupervisor;

    private RuntimeDirectory() {}

    /**
     * What the operator has chosen, if anything.
     *
     * @throws IOException if that is no path
     */
    public static Optional<Path> chosen() throws IOException {
        String property = System.getProperty(PROPERTY);
        String text = property == null || property.isEmpty() ? System.getenv(ENVIRONMENT) : property;
        if (text == null || text.isEmpty()) {
            return Optional.empty();
        }
        Path path = toPath(text);
        return Optional.of(
                Files.exists(path) ? path.toRealPath() : path); // nobody but the operator has made a link of it
    }

    /** Makes this process keep its files where its supervisor does, whatever its own directory for temporary files is. */
    public static void useUnlessChosen(Path directory) throws IOException {
        if (!directory.equals(path()) && chosen().isEmpty()) {
            ofSupervisor = directory;
            System.setProperty(PROPERTY, directory.toString());
        }
    }

    /** Where files are made; it need not be there yet. */
    public static Path path() throws IOException {
        Optional<Path> chosen = chosen();
        return chosen.isPresent() ? chosen.get() : ofUser(UserId.ours());
    }

    /** Where that user's are unless he has chosen another place. */
    public static Path ofUser(long uid) throws IOException {
        return temporary().resolve(uid == UserId.NONE ? NAME : NAME + "-" + uid);
    }

    /** The directory for temporary files, which may be open to everybody. */
    public static Path temporary() throws IOException {
        return toPath(System.getProperty("java.io.tmpdir"));
    }

    /**
     * Makes it if it is missing, for its owner only (mode 0700).
     *
     * @throws IOException if it cannot be made, or if somebody else could put or replace files there
     */
    public static Path prepare() throws IOException {
        Path path = path();
        while (!isPrepared(path)) {
            // it was there and is gone: another supervisor has ended
        }
        return path;
    }

    private static boolean isPrepared(Path path) throws IOException {
        try {
            Files.createDirectory(path, ownerOnly(path));
            return true;
        } catch (FileAlreadyExistsException e) {
            return isSafe(path);
        } catch (NoSuchFileException e) {
            String reason = Files.isDirectory(path.getParent())
                    ? "nothing can be made in " + path.getParent()
                    : "there is no directory " + path.getParent() + "; make it";
            throw unusable(path, reason, e);
        } catch (IOException e) {
            throw unusable(path, DiskSpace.reason(path, e), e);
        }
    }

    /** Removes it with the last file that was in it, unless the operator has chosen it. Others may make it again at any time. */
    public static void removeIfEmpty(Path path) {
        try {
            if (path.getFileName().toString().matches(NAME + "(-\\d+)?") && !isChosen(path)) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            // it has files of other supervisors, say
        }
    }

    private static boolean isChosen(Path path) throws IOException {
        return path.equals(chosen().orElse(null)) && !path.equals(ofSupervisor);
    }

    static FileAttribute<?>[] ownerOnly(Path directory) {
        return isPosix(directory)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0]; // Windows: what it inherits from the user's own temporary directory
    }

    static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static boolean isSafe(Path path) throws IOException {
        try {
            requireSafe(path);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** @throws IOException if somebody else could put or replace files there */
    static void requireSafe(Path path) throws IOException {
        if (!Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isDirectory()) {
            throw unusable(path, "it is not a directory; remove it", null);
        }
        if (UserId.ownerOf(path) != UserId.ours()) {
            throw unusable(
                    path,
                    "it belongs to " + UserId.nameOfOwner(path) + " and not to " + UserId.nameOfOurs()
                            + "; have its owner remove it",
                    null);
        }
        if (isPosix(path) && isOpenToOthers(path)) {
            throw unusable(path, "others may write to it; forbid that with 'chmod go-w " + path + "'", null);
        }
    }

    private static boolean isOpenToOthers(Path path) throws IOException {
        Set<PosixFilePermission> modes = Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
        return modes.contains(PosixFilePermission.GROUP_WRITE) || modes.contains(PosixFilePermission.OTHERS_WRITE);
    }

    private static Path toPath(String text) throws IOException {
        try {
            return Path.of(text).toAbsolutePath();
        } catch (InvalidPathException e) {
            throw new IOException(
                    "runtime directory '" + text + "': not a path in the encoding of this locale ("
                            + System.getProperty("sun.jnu.encoding") + "); set LC_ALL=C.UTF-8, or " + REMEDY,
                    e);
        }
    }

    private static IOException unusable(Path path, String reason, IOException cause) {
        String or = reason.contains("; ") ? ", or " : "; "; // whether it says itself what to do
        return new IOException("cannot keep files in " + path + ": " + reason + or + REMEDY, cause);
    }
}
