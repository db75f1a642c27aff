package io.forkless.internal.control;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32;

/**
 * A directory that only its owner can enter (mode 0700; on Windows, below the user's own temporary directory), for
 * sockets and secrets, in the {@link RuntimeDirectory}. Closing removes the files in it and the directory.
 */
public final class PrivateDirectory implements Closeable, Renewable {
    private static final String SEPARATOR = "-";

    /** Leaves room for our longest socket name within the 104 bytes (macOS; Linux: 108) of {@code sun_path}, unix(7). */
    private static final int MAX_PATH_BYTES = 103 - ("/" + BootstrapFile.SOCKET_FILE).length();

    /** As often another supervisor that ends may remove the runtime directory while this one begins. */
    private static final int ATTEMPTS = 100;

    private static final SecureRandom RANDOM = new SecureRandom();

    /** Of the directory of a service. */
    private static final String SERVICE_SUFFIX = ".service";

    /** Makes the name no longer than that of a process's directory: the path of a socket must be short. */
    private static final int MAX_SERVICE_NAME = 16;

    /** The suffix of a file that is not complete yet. */
    private static final String UNFINISHED = ".new";

    /** A process that reads one of our files is done long before. */
    private static final int READER_ATTEMPTS = 50;

    private static final Duration READER_PAUSE = Duration.ofMillis(10);

    private final Path path;
    private final boolean shared;
    private FileIdentity identity;
    private volatile boolean handedOver;

    private PrivateDirectory(Path path, boolean shared) throws IOException {
        this.path = path;
        this.shared = shared;
        this.identity = FileIdentity.of(path);
    }

    /**
     * Makes one in the runtime directory, and that if it is missing.
     *
     * @param prefix how its name begins; this process's pid and a random number follow
     * @throws IOException also if the path is too long for a socket in it
     */
    public static PrivateDirectory create(String prefix) throws IOException {
        String owner = prefix + ProcessHandle.current().pid() + SEPARATOR;
        for (int attempt = 1; ; attempt++) {
            Path path = requireShort(RuntimeDirectory.prepare().resolve(owner + randomDigits()));
            try {
                Files.createDirectory(path, RuntimeDirectory.ownerOnly(path));
                return new PrivateDirectory(path, false);
            } catch (NoSuchFileException | FileAlreadyExistsException e) {
                if (attempt == ATTEMPTS) {
                    throw cannotMake(path, e);
                }
            } catch (FileSystemException e) {
                RuntimeDirectory.removeIfEmpty(path.getParent());
                throw cannotMake(path, e);
            }
        }
    }

    /**
     * The directory of a service, in which each supervisor finds the workers that the one before it has left. Only the process
     * that has claimed the name may ask for it.
     *
     * @throws IOException if it cannot be made, or is not a directory of this user that is closed to others
     */
    public static PrivateDirectory ofService(String name) throws IOException {
        for (int attempt = 1; ; attempt++) {
            Path path = requireShort(pathOfService(RuntimeDirectory.prepare(), name));
            try {
                Files.createDirectory(path, RuntimeDirectory.ownerOnly(path));
                return new PrivateDirectory(path, true);
            } catch (FileAlreadyExistsException e) {
                RuntimeDirectory.requireSafe(path);
                PrivateDirectory directory = new PrivateDirectory(path, true);
                Files.deleteIfExists(directory.resolve(BootstrapFile.SOCKET_FILE)); // of the one before
                return directory;
            } catch (NoSuchFileException e) {
                if (attempt == ATTEMPTS) {
                    throw cannotMake(path, e);
                }
            } catch (FileSystemException e) {
                throw cannotMake(path, e);
            }
        }
    }

    /** @param runtimeDirectory where its supervisors keep their files */
    public static Path pathOfService(Path runtimeDirectory, String name) {
        String shortened = name.length() <= MAX_SERVICE_NAME
                ? name
                // No name has a tilde, so a shortened name is never that of another service.
                : name.substring(0, MAX_SERVICE_NAME - 9) + "~" + HexFormat.of().toHexDigits(digest(name));
        return runtimeDirectory.resolve(shortened + SERVICE_SUFFIX);
    }

    /** The names of the services that have a directory there, except those that were shortened for it. */
    public static List<String> servicesIn(Path runtimeDirectory) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(runtimeDirectory, "*" + SERVICE_SUFFIX)) {
            for (Path directory : directories) {
                String name = directory.getFileName().toString();
                if (name.indexOf('~') < 0) {
                    names.add(name.substring(0, name.length() - SERVICE_SUFFIX.length()));
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // there are none
        }
        return names;
    }

    private static int digest(String name) {
        CRC32 digest = new CRC32();
        digest.update(name.getBytes(StandardCharsets.UTF_8));
        return (int) digest.getValue();
    }

    /** Few, as the path of a socket must be short, and enough to tell directories of one process apart. */
    private static String randomDigits() {
        return HexFormat.of().toHexDigits(RANDOM.nextInt());
    }

    private static Path requireShort(Path path) throws IOException {
        int bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_PATH_BYTES) {
            RuntimeDirectory.removeIfEmpty(path.getParent());
            throw new IOException("cannot keep files in " + path.getParent() + ": " + path
                    + " is too long for a Unix-domain socket in it; choose a" + " shorter directory with "
                    + RuntimeDirectory.OPTION + " or " + RuntimeDirectory.ENVIRONMENT);
        }
        return path;
    }

    private static IOException cannotMake(Path path, IOException cause) {
        return new IOException("cannot make the directory " + path + ": " + DiskSpace.reason(path, cause), cause);
    }

    /** How the names of all begin that the same process has made. */
    static String prefixOf(Path directory) {
        String name = directory.getFileName().toString();
        return name.substring(0, name.lastIndexOf(SEPARATOR) + SEPARATOR.length());
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public boolean isThere() {
        return identity.isThere();
    }

    @Override
    public void makeAgain() throws IOException {
        RuntimeDirectory.prepare();
        try {
            Files.createDirectory(path, RuntimeDirectory.ownerOnly(path));
        } catch (IOException e) {
            throw new IOException(DiskSpace.reason(path, e), e);
        }
        identity = FileIdentity.of(path);
    }

    @Override
    public void touch(FileTime now) throws IOException {
        Files.setLastModifiedTime(path, now);
        Files.setLastModifiedTime(path.getParent(), now);
    }

    /** What a new file is made with, so that it is never open to others. */
    public static FileAttribute<?>[] ownerOnly(Path file) {
        return RuntimeDirectory.isPosix(file)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>
                        [0]; // Windows: the access list of the user's own temporary directory is inherited
    }

    /** What the JDK says of a failed write, "No space left on device", lacks the file and what there is no space for. */
    public static IOException cannotWrite(Path file, IOException cause) {
        return new IOException("cannot write " + file + ": " + DiskSpace.reason(file, cause), cause);
    }

    public Path resolve(String file) {
        return path.resolve(file);
    }

    /**
     * Replaces a file, if it is there, in one step, by one that only the owner can read.
     *
     * @throws IOException naming the file and the reason
     */
    public static void replace(Path file, String text) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
        try {
            Files.deleteIfExists(unfinished);
            try (SeekableByteChannel channel = Files.newByteChannel(
                    unfinished, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly(file))) {
                ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
            moveOver(unfinished, file);
        } catch (IOException e) {
            Files.deleteIfExists(unfinished);
            throw cannotWrite(file, e);
        }
    }

    /**
     * Reads a file that another process of this user may have written, or put in the place of one of ours.
     *
     * @param maxBytes a longer file is not ours, and is cut
     * @throws IOException if it is missing, or is a link, a directory or a FIFO, whose writer a reader would wait for
     */
    public static String read(Path file, int maxBytes) throws IOException {
        if (!Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isRegularFile()) {
            throw new FileSystemException(file.toString(), null, "it is not a regular file");
        }
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            return new String(in.readNBytes(maxBytes), StandardCharsets.UTF_8);
        }
    }

    /** Windows does not replace a file while another process reads it (MoveFileExW: ERROR_ACCESS_DENIED). */
    private static void moveOver(Path unfinished, Path file) throws IOException {
        for (int left = READER_ATTEMPTS; ; left--) {
            try {
                Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
                return;
            } catch (AccessDeniedException e) {
                if (UserId.isKnown() || left == 0) {
                    throw e;
                }
                LockSupport.parkNanos(READER_PAUSE.toNanos());
            }
        }
    }

    /** Makes the directory of a service and its parent again if somebody has removed them while there was no supervisor. */
    static void restoreService(Path directory) throws IOException {
        for (Path path : List.of(directory.getParent(), directory)) {
            if (Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) {
                try {
                    Files.createDirectory(path, RuntimeDirectory.ownerOnly(path));
                } catch (FileAlreadyExistsException e) {
                    // another worker has been quicker
                }
            }
            RuntimeDirectory.requireSafe(path);
        }
    }

    /** Makes it again if somebody has removed it. Another process of this service may have done so already. */
    public void restore() throws IOException {
        restoreService(path);
        identity = FileIdentity.of(path);
    }

    /** Whether it belongs to a service, and not to one process alone. */
    public boolean isOfService() {
        return shared;
    }

    /** Whether a worker has its record here: then the directory has to stay. */
    private boolean hasWorkers() throws IOException {
        try (DirectoryStream<Path> records = Files.newDirectoryStream(path, "*" + WorkerRecord.FILE_SUFFIX)) {
            return records.iterator().hasNext();
        }
    }

    /** Leaves the directory to another supervisor: {@link #close} then removes nothing. */
    public void handOver() {
        handedOver = true;
    }

    /** Removes it, except what remaining workers and the next supervisor need. */
    @Override
    public void close() throws IOException {
        if (handedOver) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            if (shared && hasWorkers()) {
                Files.deleteIfExists(resolve(BootstrapFile.SOCKET_FILE));
                return;
            }
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        } catch (NoSuchFileException e) {
            // it was removed by somebody else
        }
        Files.deleteIfExists(path);
        RuntimeDirectory.removeIfEmpty(path.getParent());
    }
}
