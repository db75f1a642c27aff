package io.forkless.supervisor.admin;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.RuntimeDirectory;
import io.forkless.internal.control.UserId;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.net.ExtendedSocketOptions;

/**
 * Where the supervisors of one user may be found: the runtime directory alone if the operator has chosen one, else that of
 * the user and, for those that an earlier version of Forkless runs, where that one made its files. What is found there
 * counts only if it belongs to the user, or to root if that is who asks.
 */
public final class Places {
    private final long user;

    /** Whose files count. */
    private final Set<Long> trusted;

    /** Where files have the names that this version gives them. */
    private final Path runtime;

    /** Where files may have the names that earlier versions gave them. */
    private final Set<Path> earlier;

    private Places(long user, Set<Long> trusted, Path runtime, Set<Path> earlier) {
        this.user = user;
        this.trusted = trusted;
        this.runtime = runtime;
        this.earlier = earlier;
    }

    /** @throws IOException if the directory that the operator has chosen cannot be one */
    public static Places ofThisUser() throws IOException {
        long user = UserId.ours();
        Set<Path> earlier = new LinkedHashSet<>();
        runtimeOfSession().ifPresent(earlier::add);
        return of(user, Set.of(user), earlier);
    }

    /**
     * For root, who may name another user.
     *
     * @param user a name or a number
     * @throws IOException if there is no such user, or if it is another one than that of this process, which is not root's
     */
    public static Places ofUser(String user) throws IOException {
        if (UserNames.isOurs(user)) {
            return ofThisUser();
        }
        UserPrincipal principal = UserNames.find(user);
        if (UserId.ours() != UserId.ROOT) {
            throw new IOException("the supervisors of user '" + user + "' obey that user and root alone, and you are "
                    + UserId.nameOfOurs());
        }
        long uid = UserNames.numberOf(principal);
        return of(uid, Set.of(uid, UserId.ROOT), new LinkedHashSet<>());
    }

    private static Places of(long user, Set<Long> trusted, Set<Path> earlier) throws IOException {
        Optional<Path> chosen = RuntimeDirectory.chosen();
        if (chosen.isPresent()) {
            return new Places(user, trusted, chosen.get(), Set.of(chosen.get()));
        }
        if (user != UserId.NONE) {
            earlier.add(Path.of("/run/user", Long.toString(user))); // pam_systemd(8)
        }
        earlier.add(RuntimeDirectory.temporary());
        return new Places(user, trusted, RuntimeDirectory.ofUser(user), earlier);
    }

    /** An earlier version took it as it is, if it was absolute: XDG Base Directory Specification, "Basics". */
    private static Optional<Path> runtimeOfSession() {
        try {
            return Optional.ofNullable(System.getenv("XDG_RUNTIME_DIR"))
                    .map(Path::of)
                    .filter(Path::isAbsolute);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** Those of this user's supervisors, some of which may have died without cleaning up. */
    List<EndpointFile> endpoints() {
        List<EndpointFile> found = new ArrayList<>();
        for (Path directory : all()) {
            for (Path path : entries(directory)) {
                try {
                    endpointAt(path).filter(file -> isNew(file, found)).ifPresent(found::add);
                } catch (IOException e) {
                    // neither one nor his
                }
            }
        }
        return found;
    }

    /** Two paths may lead to one directory, as /var/run and /run do. */
    private static boolean isNew(EndpointFile file, List<EndpointFile> found) {
        return file.token().isEmpty()
                || found.stream().noneMatch(other -> other.token().equals(file.token()));
    }

    private Set<Path> all() {
        Set<Path> all = new LinkedHashSet<>(List.of(runtime));
        all.addAll(earlier);
        return all;
    }

    private Optional<EndpointFile> endpointAt(Path path) throws IOException {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            requireTrusted(path); // then nobody else can change what is in it
            return Optional.of(EndpointFile.read(path.resolve(BootstrapFile.ENDPOINT_FILE), null, this));
        }
        Optional<String> name = nameOf(path);
        return name.isPresent() ? Optional.of(EndpointFile.read(path, name.get(), this)) : Optional.empty();
    }

    /** A directory that was chosen may have been one of earlier versions. */
    private Optional<String> nameOf(Path path) throws IOException {
        Path directory = path.getParent();
        Optional<String> name = earlier.contains(directory) ? EndpointNames.ofEarlierVersion(path) : Optional.empty();
        return name.isEmpty() && directory.equals(runtime) ? EndpointNames.of(path) : name;
    }

    private static List<Path> entries(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(EndpointNames::mayLeadToOne).sorted().toList();
        } catch (IOException e) {
            return List.of(); // it is missing, or closed to us
        }
    }

    /** The running workers of that service. */
    LeftWorkers leftWorkers(String name) {
        return LeftWorkers.in(runtime, name);
    }

    /** The running workers of the only service that has any; {@code null} if there is none, or several. */
    private LeftWorkers onlyLeftWorkers() {
        List<LeftWorkers> all = PrivateDirectory.servicesIn(runtime).stream()
                .map(this::leftWorkers)
                .filter(left -> !left.isEmpty())
                .toList();
        return all.size() == 1 ? all.get(0) : null;
    }

    /**
     * The failure of a command whose supervisor is not there.
     *
     * @param name {@code null} for any
     */
    NoSupervisorException noSupervisor(String name) {
        LeftWorkers left = name == null ? onlyLeftWorkers() : leftWorkers(name);
        String who = name == null ? "no supervisor is running" : "no supervisor named '" + name + "' is running";
        return left == null || left.isEmpty()
                ? new NoSupervisorException(who + "; " + describe(name), null)
                : new NoSupervisorException(who + "; " + left.hint(areForeign()), areForeign() ? null : left.name());
    }

    /** The file of an earlier version's supervisor of this user that has the name and lives. */
    Optional<Path> heldByEarlierVersion(String name) throws IOException {
        for (Path directory : earlier) {
            Path file = directory.resolve(EndpointNames.fileOfEarlierVersion(name));
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && isTrusted(file) && Endpoint.isHeld(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    /** Whether this is another user than that of this process. */
    boolean areForeign() {
        return user != UserId.ours();
    }

    private boolean isTrusted(Path file) throws IOException {
        return !UserId.isKnown() || trusted.contains(UserId.ownerOf(file));
    }

    /** The directory may be one where everybody can make files. */
    void requireTrusted(Path file) throws IOException {
        if (!isTrusted(file)) {
            throw new IOException(file + " belongs to " + UserId.nameOfOwner(file) + " and not to "
                    + (areForeign() ? user : UserId.nameOfOurs()) + ": it is not trusted");
        }
    }

    /**
     * Before anything is said to it: what another user has written into his file may lead to a process of somebody else.
     * The kernel tells whose it is (unix(7), {@code SO_PEERCRED}).
     */
    void requireOwnerOf(Path file, SocketChannel connection) throws IOException {
        if (!areForeign()) {
            return;
        }
        if (!(connection.getRemoteAddress() instanceof UnixDomainSocketAddress)) {
            throw new IOException("it is at a port, and nobody can tell whose that is");
        }
        String peer =
                connection.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
        if (!peer.equals(UserId.nameOfOwner(file))) {
            throw new IOException("it is a process of " + peer + ": it is not trusted");
        }
    }

    /** For a person who has not found what he looked for: where this is, and where else it may be. */
    String describe(String name) {
        String looked = all().stream().map(Path::toString).collect(Collectors.joining(", "));
        return "looked in " + looked + "; one that was started with " + RuntimeDirectory.OPTION + " or "
                + RuntimeDirectory.ENVIRONMENT + " is found with the same" + UserNames.hint(name);
    }
}
