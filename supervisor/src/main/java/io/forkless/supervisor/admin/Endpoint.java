package io.forkless.supervisor.admin;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.internal.control.EndpointText;
import io.forkless.internal.control.FileIdentity;
import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.Renewable;
import io.forkless.internal.control.RuntimeDirectory;
import io.forkless.internal.control.Tokens;
import java.io.Closeable;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * A supervisor's claim to its name, and where its operator's commands find it: a file that only its owner can read, with
 * the pid, a secret and the address of the control socket. The claim is a lock on the file, which the operating system
 * releases when the process dies, so a file that was left behind means nothing. Only one thread at a time uses it.
 */
public final class Endpoint implements Closeable, Renewable {
    /** As often another supervisor that ends may remove the directory while this one begins. */
    private static final int ATTEMPTS = 100;

    /** Whoever only looks whether somebody has the name is done by then. */
    private static final Duration LOOK_LIMIT = Duration.ofMillis(500);

    private static final Duration LOOK_PAUSE = Duration.ofMillis(10);

    /**
     * The names that this process has. Its own second attempt must not open the file at all: to close any descriptor of
     * a file releases every lock that the process has on it (fcntl(2)).
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    /** A file that has our lock, and the descriptor that stays open, see {@link #HELD}. */
    private record Claim(FileChannel locked, FileChannel reader, FileIdentity identity) implements Closeable {
        @Override
        public void close() throws IOException {
            locked.close();
            reader.close();
        }
    }

    private final String name;
    private final Path file;
    private final String token;
    private Claim claim;
    private String address = "";

    private Endpoint(String name, Path file, String token) {
        this.name = name;
        this.file = file;
        this.token = token;
    }

    /**
     * Waits a moment if nobody who has the name can be called: others lock the file to look whether somebody has it.
     *
     * @throws IOException if a living supervisor of this user has the name, wherever it is found
     */
    public static Endpoint claim(String name) throws IOException {
        long begun = System.nanoTime();
        while (true) {
            try {
                return claimUnlessTaken(name);
            } catch (NameTakenException e) {
                if (e.isInCharge() || System.nanoTime() - begun > LOOK_LIMIT.toNanos()) {
                    throw e;
                }
                LockSupport.parkNanos(LOOK_PAUSE.toNanos());
            }
        }
    }

    private static Endpoint claimUnlessTaken(String name) throws IOException {
        Optional<Path> earlier = Places.ofThisUser().heldByEarlierVersion(name);
        if (earlier.isPresent()) {
            throw taken(name, earlier.get());
        }
        for (int attempt = 1; ; attempt++) {
            Path file = RuntimeDirectory.prepare().resolve(EndpointNames.file(name));
            try {
                return claim(name, file);
            } catch (IOException e) {
                boolean gone = e instanceof NoSuchFileException || e.getCause() instanceof NoSuchFileException;
                if (!gone || attempt == ATTEMPTS) {
                    RuntimeDirectory.removeIfEmpty(file.getParent()); // it may have been made for this claim
                    throw e;
                }
            }
        }
    }

    /** @param file guards the name in one of the places */
    static Endpoint claim(String name, Path file) throws IOException {
        if (!HELD.add(file)) {
            throw takenByThisProcess(name);
        }
        try {
            return claimed(name, file);
        } catch (IOException | RuntimeException e) {
            HELD.remove(file);
            throw e;
        }
    }

    /** For a supervisor without a name: in its private directory, so nobody else can want it. Its name is the pid. */
    public static Endpoint unnamed(PrivateDirectory directory) throws IOException {
        Path file = directory.resolve(BootstrapFile.ENDPOINT_FILE);
        HELD.add(file);
        return claimed(Long.toString(ProcessHandle.current().pid()), file);
    }

    private static Endpoint claimed(String name, Path file) throws IOException {
        Endpoint endpoint = new Endpoint(name, file, Tokens.random());
        endpoint.claim = endpoint.claimNow();
        return endpoint;
    }

    /** Whether a living process has the lock of that file. */
    static boolean isHeld(Path file) throws IOException {
        if (HELD.contains(file)) {
            return true;
        }
        try (FileChannel channel = GuardingFile.open(file, StandardOpenOption.WRITE)) {
            return channel.tryLock(EndpointText.LOCKED_BYTE, 1, false) == null;
        } catch (NoSuchFileException e) {
            return false;
        } catch (OverlappingFileLockException e) {
            return true; // this process, by another path
        }
    }

    /** Makes the supervisor reachable at that address; before this call nobody can reach it. Further calls have no effect. */
    public void publish(SocketAddress newAddress) throws IOException {
        if (address.isEmpty()) {
            address = EndpointText.encode(newAddress);
            GuardingFile.write(claim.locked, file, address + "\n");
        }
    }

    /** Gives up the name to another supervisor. */
    public void release() throws IOException {
        close();
    }

    /**
     * Claims the name again after {@link #release}, with the same secret. Does nothing if it has the name.
     *
     * @throws NameTakenException if another supervisor has it
     */
    public void reclaim() throws IOException {
        if (claim.locked.isOpen()) {
            return;
        }
        if (!HELD.add(file)) {
            throw takenByThisProcess(name);
        }
        try {
            claim = claimAndPublish();
        } catch (IOException | RuntimeException | Error e) {
            HELD.remove(file);
            throw e;
        }
    }

    @Override
    public Path path() {
        return file;
    }

    /** Whether commands still find it, and nobody else can have the name. */
    @Override
    public boolean isThere() {
        return claim.identity.isThere();
    }

    /**
     * Claims the name anew, with the same secret.
     *
     * @throws IOException also if another supervisor has the name meanwhile
     */
    @Override
    public void makeAgain() throws IOException {
        Claim fresh = claimAndPublish();
        claim.close(); // which releases no lock of the new file
        claim = fresh;
    }

    /** If this fails, nothing of the claim is left. */
    private Claim claimAndPublish() throws IOException {
        Claim fresh = claimNow();
        try {
            if (!address.isEmpty()) {
                GuardingFile.write(fresh.locked, file, address + "\n");
            }
            return fresh;
        } catch (IOException | RuntimeException | Error e) {
            try (fresh) {
                Files.deleteIfExists(file); // while the lock is held, so that it is certainly ours
            }
            throw e;
        }
    }

    /** By the descriptor that there is: to open and close another one would release the lock, see {@link #HELD}. */
    @Override
    public void touch(FileTime now) throws IOException {
        claim.locked.write(ByteBuffer.wrap(start().getBytes(StandardCharsets.UTF_8)), 0);
    }

    /** How the file begins; the address follows. */
    private String start() {
        return ProcessHandle.current().pid() + " " + token + " ";
    }

    public String name() {
        return name;
    }

    /** Lets an operator in; only who can read the file knows it. */
    public String token() {
        return token;
    }

    @Override
    public void close() throws IOException {
        if (!claim.locked.isOpen()) {
            return; // closed before
        }
        try {
            if (isThere()) { // then it is certainly ours, as the lock is held
                Files.deleteIfExists(file);
            }
        } finally {
            claim.close();
            HELD.remove(file);
        }
        RuntimeDirectory.removeIfEmpty(file.getParent());
    }

    /** @throws IllegalArgumentException if the name cannot be part of a file's name */
    public static String requireValidName(String name) {
        return EndpointNames.requireValid(name);
    }

    /** Again and again as long as the previous owner removes the file between our open and our lock: there is a new one. */
    private Claim claimNow() throws IOException {
        Claim made = null;
        while (made == null) {
            made = tryClaim();
        }
        return made;
    }

    private Claim tryClaim() throws IOException {
        FileChannel locked = GuardingFile.openOrCreate(file);
        if (locked == null) {
            return null;
        }
        FileChannel reader = null;
        boolean ours = false;
        try {
            if (locked.tryLock(EndpointText.LOCKED_BYTE, 1, false) == null) {
                throw taken(name, file);
            }
            try {
                GuardingFile.write(locked.truncate(0), file, start());
            } catch (IOException e) {
                Files.deleteIfExists(file); // while the lock is held, so that it is certainly ours
                throw e;
            }
            reader = GuardingFile.open(file, StandardOpenOption.READ);
            FileIdentity identity = FileIdentity.of(file);
            ours = GuardingFile.contains(reader, start());
            return ours ? new Claim(locked, reader, identity) : null;
        } catch (NoSuchFileException e) {
            return null;
        } finally {
            if (!ours) {
                locked.close();
                if (reader != null) {
                    reader.close();
                }
            }
        }
    }

    private static NameTakenException taken(String name, Path file) throws IOException {
        EndpointFile owner = EndpointFile.read(file, name, Places.ofThisUser());
        return taken(name, owner.pid(), owner.isInCharge());
    }

    private static NameTakenException takenByThisProcess(String name) {
        return taken(name, ProcessHandle.current().pid(), true);
    }

    private static NameTakenException taken(String name, long pid, boolean inCharge) {
        String owner = pid < 0 ? "" : " (pid " + pid + ")";
        return new NameTakenException(
                "a supervisor named '" + name + "' is running already" + owner + "; stop it or choose another --name",
                pid,
                inCharge);
    }
}
