package io.forkless.supervisor.operator;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * What an {@link Endpoint}'s file says.
 *
 * @param pid of the supervisor
 * @param address of its control socket; {@code null} while it is starting
 */
record EndpointFile(long pid, String token, SocketAddress address) {
    private static final int MAX_BYTES = 4096;

    /** @throws IOException with a message for the operator */
    static EndpointFile read(String name) throws IOException {
        Path file = Endpoint.fileOf(name);
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            requireOurs(file);
            String[] field = new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8).split(" ", 3);
            return new EndpointFile(Long.parseLong(field[0]), field[1], address(field[2]));
        } catch (NoSuchFileException e) {
            throw new IOException("no supervisor named '" + name + "' is running", e);
        } catch (RuntimeException e) {
            throw new IOException(file + " is not the endpoint of a supervisor", e);
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
    private static void requireOurs(Path file) throws IOException {
        String user = ProcessHandle.current().info().user().orElse(null);
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        if (posix && user != null) {
            String owner = Files.getOwner(file, LinkOption.NOFOLLOW_LINKS).getName();
            if (!owner.equals(user)) {
                throw new IOException(file + " belongs to " + owner + " and not to " + user + ": it is not trusted");
            }
        }
    }

    @Override
    public String toString() {
        return "EndpointFile[pid " + pid + ", " + address + "]"; // never the token
    }
}
