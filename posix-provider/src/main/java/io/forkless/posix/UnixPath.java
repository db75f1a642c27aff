package io.forkless.posix;

import io.forkless.spi.ListenSpec;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** The file of a Unix-domain listener. */
final class UnixPath {
    private UnixPath() {}

    /**
     * Listens; a path that a dead process left behind is taken over, that of a living one never.
     *
     * @throws IOException EADDRINUSE also if the path is something else than a socket
     */
    static NativeSocket listening(ListenSpec spec) throws IOException {
        if (spec.isUnix()) {
            Path path = Path.of(spec.path());
            if (isSocket(path) && nobodyListens(path)) {
                Files.deleteIfExists(path);
            }
        }
        return NativeSocket.listening(spec);
    }

    /** What tells this file from another one that may come to have the same path, or {@code null} if there is none. */
    static Object identity(Path path) throws IOException {
        try {
            return attributes(path).fileKey();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static boolean isSocket(Path path) throws IOException {
        try {
            return attributes(path).isOther();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static boolean nobodyListens(Path path) throws IOException {
        try {
            SocketChannel.open(UnixDomainSocketAddress.of(path)).close();
            return false;
        } catch (ConnectException e) {
            return true; // ECONNREFUSED, connect(2): nobody listens on it any more
        }
    }

    private static BasicFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }
}
