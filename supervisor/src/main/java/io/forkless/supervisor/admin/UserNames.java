package io.forkless.supervisor.admin;

import io.forkless.internal.control.DiskSpace;
import io.forkless.internal.control.RuntimeDirectory;
import io.forkless.internal.control.UserId;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The users of this machine, by name and by number. */
final class UserNames {
    private static final String NUMBER = "\\d{1,10}";

    private UserNames() {}

    static boolean isOurs(String user) {
        return user.equals(System.getProperty("user.name")) || user.equals(Long.toString(UserId.ours()));
    }

    /**
     * @param user a name or a number
     * @throws IOException if there is no user of that name, with a message for the operator
     */
    static UserPrincipal find(String user) throws IOException {
        if (!UserId.isKnown()) {
            throw new IOException("--user is for Unix; here every user has a directory for temporary files of his own");
        }
        try {
            return FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName(user);
        } catch (UserPrincipalNotFoundException e) {
            throw new IOException("there is no user '" + user + "'", e);
        }
    }

    /** For root: by a file that is given to him, as the JDK does not tell. */
    static long numberOf(UserPrincipal user) throws IOException {
        if (user.getName().matches(NUMBER)) {
            return Long.parseLong(user.getName());
        }
        Path probe = Files.createTempFile(RuntimeDirectory.temporary(), "forkless-", ".probe");
        try {
            Files.setOwner(probe, user);
            return UserId.ownerOf(probe);
        } catch (IOException e) {
            throw new IOException(
                    "cannot tell the number of user '" + user.getName() + "': " + DiskSpace.reason(probe, e)
                            + "; give the number in place of the name",
                    e);
        } finally {
            Files.delete(probe);
        }
    }

    /** For root, who has not found a supervisor: who else runs one, or one of that name. Empty if nobody does. */
    static String hint(String name) {
        if (UserId.ours() != UserId.ROOT) {
            return "";
        }
        try (Stream<Path> files = Files.list(RuntimeDirectory.temporary())) {
            return files.filter(directory -> isOfAnother(directory, name))
                    .map(UserNames::ownerName)
                    .map(user -> "; user " + user + " has one: --user " + user)
                    .collect(Collectors.joining());
        } catch (IOException e) {
            return "";
        }
    }

    private static boolean isOfAnother(Path directory, String name) {
        try {
            return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                    && UserId.ownerOf(directory) != UserId.ROOT
                    && directory.equals(RuntimeDirectory.ofUser(UserId.ownerOf(directory)))
                    && (name == null || Files.exists(directory.resolve(EndpointNames.file(name))));
        } catch (IOException e) {
            return false;
        }
    }

    private static String ownerName(Path directory) {
        try {
            return UserId.nameOfOwner(directory);
        } catch (IOException e) {
            return "?"; // it has just gone
        }
    }
}
