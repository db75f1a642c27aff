package io.forkless.spi;

import java.net.UnixDomainSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A Unix-domain path to listen on. Who may write to the path may connect (unix(7)).
 *
 * @param path the absolute path; a relative one is made absolute
 * @param backlog see {@link ListenSpec#backlog()}
 * @param mode the permissions of the path, 0 to 0777 (octal), whatever the umask
 * @param owner the user who is to own the path, by name or number; {@code null} for that of the process
 * @param group the group of the path, by name or number; {@code null} for the one that the system gives it
 */
public record UnixListenSpec(String path, int backlog, int mode, String owner, String group) implements ListenSpec {
    /** The owner and the group may connect, nobody else. */
    public static final int DEFAULT_MODE = 0660;

    /** What useradd(8) allows, a domain before or after the name, and the like: no character with a meaning of its own. */
    private static final Pattern ACCOUNT = Pattern.compile("[\\p{L}\\p{N}_.@+\\\\$-]{1,256}");

    public UnixListenSpec {
        if (Objects.requireNonNull(path, "path").isEmpty()) {
            throw new IllegalArgumentException("the path of a Unix-domain listener is missing");
        }
        ListenSpecParser.requireBacklog(backlog);
        ListenSpecParser.requirePrintable(path);
        if (mode < 0 || mode > 0777) {
            throw new IllegalArgumentException("mode 0" + Integer.toOctalString(mode) + " is not between 0 and 0777");
        }
        requireAccount("owner", owner);
        requireAccount("group", group);
        path = absolute(path);
    }

    @Override
    public UnixListenSpec withBacklog(int newBacklog) {
        return new UnixListenSpec(path, newBacklog, mode, owner, group);
    }

    public UnixListenSpec withMode(int newMode) {
        return new UnixListenSpec(path, backlog, newMode, owner, group);
    }

    public UnixListenSpec withOwner(String newOwner) {
        return new UnixListenSpec(path, backlog, mode, newOwner, group);
    }

    public UnixListenSpec withGroup(String newGroup) {
        return new UnixListenSpec(path, backlog, mode, owner, newGroup);
    }

    @Override
    public UnixDomainSocketAddress resolve() {
        return UnixDomainSocketAddress.of(path);
    }

    /** The textual form of the address; {@link ListenSpec#parse} reads it back. */
    @Override
    public String toString() {
        return ListenSpecParser.UNIX_PREFIX + path;
    }

    private static String absolute(String path) {
        try {
            return Path.of(path).toAbsolutePath().normalize().toString();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(
                    "'" + path + "' is not the name of a file here, where the encoding is "
                            + System.getProperty("sun.jnu.encoding") + ": " + e.getReason(),
                    e);
        }
    }

    private static void requireAccount(String what, String name) {
        if (name != null && !ACCOUNT.matcher(name).matches()) {
            throw new IllegalArgumentException(what + " '" + name + "' is not the name of an account");
        }
    }
}
