package io.forkless.supervisor.admin;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.internal.control.PrivateDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What an {@link Endpoint}'s file says.
 *
 * @param pid of the supervisor, or -1 if it has just begun to start
 * @param address of its control socket; {@code null} while it is starting
 */
record EndpointFile(Path file, long pid, String token, SocketAddress address) {
    private static final int MAX_BYTES = 4096;

    private static UserPrincipal ourselves;

    /** @throws IOException with a message for the operator */
    static EndpointFile read(Path file) throws IOException {
        requireOurs(file); // before it is opened: to open a FIFO would wait for ever
        if (!isRegular(file)) {
            throw new IOException(file + " is not the endpoint of a supervisor");
        }
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            String text = new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
            String[] field = text.split(" ", 3);
            return field.length < 3
                    ? new EndpointFile(file, -1, "", null)
                    : new EndpointFile(file, Long.parseLong(field[0]), field[1], address(field[2]));
        } catch (RuntimeException e) {
            throw new IOException(file + " is not the endpoint of a supervisor", e);
        }
    }

    /** Those of this user's supervisors, some of which may have died without cleaning up. */
    static List<EndpointFile> all() throws IOException {
        List<EndpointFile> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(PrivateDirectory.base())) {
            for (Path path : files.sorted().toList()) {
                try {
                    if (Endpoint.nameOf(path) != null) {
                        found.add(read(path));
                    } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                        requireOurs(path); // then nobody else can change what is in it
                        found.add(read(path.resolve(BootstrapFile.ENDPOINT_FILE)));
                    }
                } catch (IOException e) {
                    // neither one nor ours
                }
            }
        }
        return found;
    }

    /** The name, which is the pid if the supervisor was not given one. */
    String name() {
        String name = Endpoint.nameOf(file);
        return name == null ? Long.toString(pid) : name;
    }

    /**
     * Removes the file of a supervisor that has died, unless another one has claimed the name meanwhile.
     *
     * @return false if a living supervisor has the name
     */
    boolean removeIfStale() {
        if (Endpoint.nameOf(file) == null) {
            return true; // the workers remove it with its directory
        }
        try {
            Endpoint.claim(name()).close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static SocketAddress address(String text) {
        if (!text.endsWith("\n")) {
            return null;
        }
        String address = text.strip();
        return address.startsWith("unix:")
                ? UnixDomainSocketAddress.of(address.substring("unix:".length()))
                : new InetSocketAddress("127.0.0.1", Integer.parseInt(address));
    }

    /** The directory may be one where everybody can make files. */
    static void requireOurs(Path file) throws IOException {
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            UserPrincipal owner = Files.getOwner(file, LinkOption.NOFOLLOW_LINKS);
            if (!owner.equals(ourselves())) {
                throw new IOException(
                        file + " belongs to " + owner + " and not to " + ourselves() + ": it is not trusted");
            }
        }
    }

    /** Neither a FIFO nor a link, say. */
    static boolean isRegular(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isRegularFile();
    }

    /** By a file made for it: not every user has a name, and of a process with capabilities, /proc says it is root's. */
    private static synchronized UserPrincipal ourselves() throws IOException {
        if (ourselves == null) {
            Path probe = Files.createTempFile(PrivateDirectory.base(), "forkless-", ".probe");
            try {
                ourselves = Files.getOwner(probe);
            } finally {
                Files.delete(probe);
            }
        }
        return ourselves;
    }

    @Override
    public String toString() {
        return "EndpointFile[" + file + ", pid " + pid + ", " + address + "]"; // never the token
    }
}
