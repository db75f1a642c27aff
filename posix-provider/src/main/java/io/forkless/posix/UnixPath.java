package io.forkless.posix;

import com.sun.jna.Memory;
import io.forkless.spi.UnixListenSpec;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** The file of a Unix-domain listener. */
final class UnixPath {
    /** {@code sys/stat.h}, inode(7); the same on macOS. */
    private static final int S_IFMT = 0170000;

    private static final int S_IFSOCK = 0140000;

    private UnixPath() {}

    /**
     * Listens; a path that a dead process left behind is taken over, that of a living one never.
     *
     * @throws IOException EADDRINUSE also if the path is something else than a socket
     */
    static NativeSocket listen(UnixListenSpec spec) throws IOException {
        String operation = "listen " + spec;
        PathAccess access = PathAccess.of(operation, spec);
        Path path = Path.of(spec.path());
        try (PathLock lock = PathLock.acquire(operation, path)) {
            if (isSocket(path)) {
                if (nobodyListens(operation, path)) {
                    lock.requireHeld();
                    unlink(operation, spec);
                }
            } else if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException(operation + ": bind: EADDRINUSE (" + Errno.EADDRINUSE
                        + "): the path exists and is not a socket; remove it or choose another path");
            }
            return listen(operation, spec, access);
        }
    }

    /** Nobody can connect before listen(2), so the mode and the owner are right from the first client on. */
    private static NativeSocket listen(String operation, UnixListenSpec spec, PathAccess access) throws IOException {
        NativeSocket socket = NativeSocket.unbound(operation, Abi.AF_UNIX, Abi.SOCK_STREAM);
        boolean bound = false;
        try {
            ListeningSocket.bind(operation, socket, spec.resolve());
            bound = true;
            access.applyTo(LibC.string(spec.path()));
            ListeningSocket.startListening(operation, socket, spec.backlog());
            return socket;
        } catch (IOException | RuntimeException | Error e) {
            socket.close();
            if (bound) {
                unlinkAfter(e, operation, spec);
            }
            throw e;
        }
    }

    private static void unlinkAfter(Throwable failure, String operation, UnixListenSpec spec) {
        try {
            unlink(operation, spec);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /**
     * Removes the path if it is there.
     *
     * @throws IOException naming the address, the call and the error
     */
    static void unlink(String operation, UnixListenSpec spec) throws IOException {
        if (LibC.INSTANCE.unlink(LibC.string(spec.path())) == 0 || Errno.last() == Errno.ENOENT) {
            return;
        }
        int errno = Errno.last();
        throw errno == Errno.EACCES || errno == Errno.EPERM
                ? Errno.failure(operation, "unlink", errno, "this user may not remove the path")
                : Errno.failure(operation, "unlink", errno);
    }

    /**
     * Makes sure, as far as can be told, that a client that connects to the path gets into the queue of that listener. For that
     * it connects, and hangs up.
     *
     * @throws IOException if clients cannot reach the listener there
     */
    static void requireLeadsTo(String operation, UnixListenSpec spec, NativeSocket listener) throws IOException {
        if (!leadsTo(operation, spec, listener)) {
            throw new IOException(operation + ": clients cannot reach it any more: its path was removed, or is somebody"
                    + " else's by now");
        }
    }

    /**
     * The kernel remembers which process called listen(2) on a listener, and tells it to a client that connects (unix(7),
     * {@code SO_PEERCRED}; {@code unix_listen} and {@code unix_stream_connect} in {@code net/unix/af_unix.c}).
     */
    private static boolean leadsTo(String operation, UnixListenSpec spec, NativeSocket listener) throws IOException {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX);
                Memory address = NativeSocket.encode(operation, spec.resolve())) {
            probe.configureBlocking(false);
            NativeSocket socket = NativeSocket.of(probe);
            if (LibC.INSTANCE.connect(socket.fd(), address, (int) address.size()) != 0) {
                // Its queue is full, or this user may not ask. All other errors say that no listener is there.
                return Errno.last() == Errno.EAGAIN || Errno.last() == Errno.EACCES;
            }
            return Abi.CURRENT == Abi.MACOS // which knows it of connections only
                    || PeerCredentials.of(operation, socket).equals(PeerCredentials.of(operation, listener));
        }
    }

    /** What tells this file from another one that may come to have the same path, or {@code null} if there is none. */
    static Object identity(String operation, UnixListenSpec spec) throws IOException {
        try {
            return Files.readAttributes(Path.of(spec.path()), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey();
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw new IOException(operation + ": lstat: " + e, e); // the message alone is no more than the path
        }
    }

    /** Also false if it cannot be told; bind(2) then tells why. */
    private static boolean isSocket(Path path) {
        try {
            int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            return (mode & S_IFMT) == S_IFSOCK;
        } catch (IOException e) {
            return false;
        }
    }

    /** Does not wait, as a blocking connect does while a living listener's queue is full. */
    private static boolean nobodyListens(String operation, Path path) throws IOException {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            probe.connect(UnixDomainSocketAddress.of(path));
            return false;
        } catch (ConnectException e) {
            return true; // ECONNREFUSED, connect(2): nobody listens on it any more
        } catch (SocketException e) {
            // A socket of another type, a path that is too long, or one that this user may not write to (unix(7)).
            return !Files.isWritable(path) && !isBound(operation, path);
        }
    }

    private static boolean isBound(String operation, Path path) throws IOException {
        try {
            return BoundPaths.contain(path);
        } catch (IOException e) {
            String reason =
                    "the path may be stale, but this user may not connect to it; remove it if nobody listens there";
            IOException failure = Errno.failure(operation, "connect", Errno.EACCES, reason);
            failure.initCause(e);
            throw failure;
        }
    }
}
