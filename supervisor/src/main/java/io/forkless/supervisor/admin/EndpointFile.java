package io.forkless.supervisor.admin;

import io.forkless.internal.control.EndpointText;
import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.ProcessIdentity;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * What an {@link Endpoint}'s file says.
 *
 * @param given the supervisor's name, as its file has it; {@code null} if it was not given one
 * @param pid of the supervisor, or -1 if it has just begun to start
 * @param address of its control socket; {@code null} while it is starting
 */
record EndpointFile(Path file, String given, long pid, String token, SocketAddress address) {
    /**
     * @param places whose files are trusted
     * @throws IOException with a message for the operator
     */
    static EndpointFile read(Path file, String given, Places places) throws IOException {
        places.requireTrusted(file); // before it is opened: to open a FIFO would wait for ever
        if (!isRegular(file)) {
            throw new IOException(file + " is not the endpoint of a supervisor");
        }
        try {
            EndpointText says = EndpointText.parse(PrivateDirectory.read(file, EndpointText.MAX_BYTES));
            return new EndpointFile(file, given, says.pid(), says.token(), says.address());
        } catch (RuntimeException e) {
            throw new IOException(file + " is not the endpoint of a supervisor", e);
        }
    }

    /** The name, which is the pid if the supervisor was not given one. */
    String name() {
        return given == null ? Long.toString(pid) : given;
    }

    /** Whether that process lives and can be called. Only who has the lock can tell that it has the name as well. */
    boolean isInCharge() {
        return address != null && ProcessIdentity.of(pid).isPresent();
    }

    /**
     * Removes the file of a supervisor that has died, unless another one has claimed the name meanwhile.
     *
     * @param places where it was found; what is another user's is not removed
     * @return false if a living supervisor has the name
     */
    boolean removeIfStale(Places places) {
        if (given == null) {
            return true; // the workers remove it with its directory
        }
        try {
            if (places.areForeign()) {
                return !Endpoint.isHeld(file);
            }
            Endpoint.claim(given, file).close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Neither a FIFO nor a link, say. */
    static boolean isRegular(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isRegularFile();
    }

    @Override
    public String toString() {
        return "EndpointFile[" + file + ", pid " + pid + ", " + address + "]"; // never the token
    }
}
