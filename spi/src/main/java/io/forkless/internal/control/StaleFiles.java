package io.forkless.internal.control;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;

/** A supervisor that was killed could not remove its private directories; the first worker to notice does. */
public final class StaleFiles {
    private static final System.Logger LOG = System.getLogger(StaleFiles.class.getName());

    /** Tells the next supervisor how many workers there are to be, if that was changed. */
    public static final String SCALED_FILE = "scaled";

    private static final String OURS = "{" + BootstrapFile.SOCKET_FILE + "," + BootstrapFile.ENDPOINT_FILE + ","
            + Scoreboard.FILE + "*,*" + BootstrapFile.FILE_SUFFIX + "," + SupervisorLaunch.FILE + ","
            + SupervisorLaunch.NEXT_PREFIX + "*," + ListenerRecord.FILE + "," + SCALED_FILE + "}";

    private static final int MAX_LOOKS = 10;
    private static final long LOOK_MILLIS = 20;

    private StaleFiles() {}

    /**
     * Removes what is known to be the supervisor's, if nobody listens at its address any more.
     *
     * @param directory the supervisor's private directory
     * @param address of its control socket
     */
    public static void remove(Path directory, SocketAddress address) {
        if (!isGone(address)) {
            return;
        }
        try {
            for (Path handOff : siblings(directory)) {
                removeDeadSockets(handOff);
            }
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, OURS)) {
                for (Path file : files) {
                    delete(file);
                }
            }
            delete(directory);
            RuntimeDirectory.removeIfEmpty(directory.getParent());
        } catch (IOException | DirectoryIteratorException e) {
            LOG.log(Level.DEBUG, "another worker removes it", e);
        }
    }

    /**
     * Removes the record of a worker that ends without having found a supervisor; the last worker also removes what belongs to
     * the service.
     */
    public static void leave(BootstrapFile.Service service) {
        delete(service.record());
        Path directory = service.record().getParent();
        Path endpoint = service.endpoint();
        try {
            if (Files.notExists(endpoint, LinkOption.NOFOLLOW_LINKS)) {
                Files.createFile(endpoint, PrivateDirectory.ownerOnly(endpoint)); // for its lock
            }
            if (Files.isRegularFile(endpoint, LinkOption.NOFOLLOW_LINKS)) { // to open a FIFO would wait for ever
                removeIfLast(directory, endpoint);
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.log(Level.DEBUG, "somebody else removes it", e);
        }
        RuntimeDirectory.removeIfEmpty(directory.getParent());
    }

    /** Whoever has had the lock looks again without it: a worker that ended meanwhile may have given up waiting for it. */
    private static void removeIfLast(Path directory, Path endpoint) throws IOException {
        boolean othersWereLeft;
        do {
            othersWereLeft = othersAreLeft(directory, endpoint);
        } while (othersWereLeft && !hasWorkers(directory));
    }

    /** Removes everything if there are no others, unless somebody else does. */
    private static boolean othersAreLeft(Path directory, Path endpoint) throws IOException {
        FileIdentity identity = FileIdentity.of(endpoint);
        try (FileChannel channel = FileChannel.open(endpoint, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            // While this lock is held no supervisor begins, unless another worker has removed the file before.
            if (!isLocked(channel) || !identity.isThere()) {
                return false;
            }
            if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                if (hasWorkers(directory)) {
                    return true;
                }
                deleteWithFiles(directory);
            }
            removeHandOffsOfTheDead(directory.getParent());
            delete(endpoint);
            return false;
        }
    }

    private static void deleteWithFiles(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                delete(file);
            }
        }
        delete(directory);
    }

    /** A supervisor keeps the lock; another worker that ends at the same time has it for a moment: hence several attempts. */
    private static boolean isLocked(FileChannel endpoint) throws IOException {
        try {
            for (int look = 0; look < MAX_LOOKS; look++) {
                if (endpoint.tryLock(EndpointText.LOCKED_BYTE, 1, false) != null) {
                    return true;
                }
                Thread.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private static boolean hasWorkers(Path directory) throws IOException {
        try (DirectoryStream<Path> records = Files.newDirectoryStream(directory, "*" + WorkerRecord.FILE_SUFFIX)) {
            for (Path record : records) {
                try {
                    if (WorkerRecord.read(record).isAlive()) {
                        return true;
                    }
                } catch (IOException e) {
                    LOG.log(Level.DEBUG, "it is not the record of a worker", e);
                }
            }
        } catch (NoSuchFileException e) {
            LOG.log(Level.DEBUG, "another worker has removed the directory", e);
        }
        return false;
    }

    /** Removes what ended processes have left of unfinished hand-offs in that runtime directory. */
    public static void removeHandOffsOfTheDead(Path runtimeDirectory) {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(runtimeDirectory, "forkless-*-*")) {
            for (Path path : all) {
                String pid = path.getFileName().toString().split("-")[1];
                if (pid.matches("\\d{1,18}")
                        && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
                        && UserId.ownerOf(path) == UserId.ours()
                        && ProcessIdentity.of(Long.parseLong(pid)).isEmpty()) {
                    removeDeadSockets(path);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.log(Level.DEBUG, "somebody else removes it", e);
        }
    }

    /** The other private directories of the same process and user: those of hand-offs that were under way. */
    private static List<Path> siblings(Path directory) throws IOException {
        String prefix = PrivateDirectory.prefixOf(directory);
        UserPrincipal owner = Files.getOwner(directory);
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory.getParent(), prefix + "*")) {
            for (Path path : all) {
                if (!path.equals(directory)
                        && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
                        && Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).equals(owner)) {
                    found.add(path);
                }
            }
        }
        return found;
    }

    /** Another supervisor of the same process may live on, and so may its sockets. */
    private static void removeDeadSockets(Path directory) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            boolean removed = false;
            for (Path file : files) {
                boolean socket = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                        .isOther();
                if (!socket || !isGone(UnixDomainSocketAddress.of(file))) {
                    return;
                }
                delete(file);
                removed = true;
            }
            if (removed) { // an empty one may just have been made
                delete(directory);
            }
        } catch (IOException | DirectoryIteratorException | UnsupportedOperationException e) {
            LOG.log(Level.DEBUG, "another worker removes it, or it holds something else", e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // Windows keeps a scoreboard that is mapped, and so the directory; there is no secret in it.
            LOG.log(Level.DEBUG, "cannot remove what the supervisor has left", e);
        }
    }

    /** A process that is killed ends its connections before it stops listening, or after: hence several looks. */
    private static boolean isGone(SocketAddress address) {
        try {
            for (int look = 0; look < MAX_LOOKS; look++) {
                SocketChannel.open(address).close();
                Thread.sleep(LOOK_MILLIS);
            }
        } catch (ConnectException e) {
            return true;
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "whether the supervisor is gone cannot be told", e); // EMFILE, say
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }
}
