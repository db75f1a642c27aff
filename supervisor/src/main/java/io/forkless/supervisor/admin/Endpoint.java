package io.forkless.supervisor.admin;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.Tokens;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * A supervisor's claim to its name, and where its operator's commands find it: a file that only its owner can read, with
 * the pid, a secret and the address of the control socket. The claim is a lock on the file, which the operating system
 * releases when the process dies, so a file that was left behind means nothing.
 */
public final class Endpoint implements Closeable {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final String SUFFIX = ".endpoint";

    /** Beyond the text, which on Windows nobody could read else. */
    private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

    /**
     * The names that this process has. Its own second attempt must not open the file at all: to close any descriptor of
     * a file releases every lock that the process has on it (fcntl(2)).
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final String name;
    private final Path file;
    private final FileChannel locked;
    private final FileChannel reader;
    private final String token;

    private Endpoint(String name, Path file, FileChannel locked, FileChannel reader, String token) {
        this.name = name;
        this.file = file;
        this.locked = locked;
        this.reader = reader;
        this.token = token;
    }

    /** @throws IOException if a living supervisor of this user has the name */
    public static Endpoint claim(String name) throws IOException {
        Path file = fileOf(name);
        if (!HELD.add(file)) {
            throw taken(name, ProcessHandle.current().pid());
        }
        try {
            Endpoint endpoint = null;
            while (endpoint == null) {
                endpoint = tryClaim(name, file);
            }
            return endpoint;
        } catch (IOException | RuntimeException e) {
            HELD.remove(file);
            throw e;
        }
    }

    /** For a supervisor without a name: in its private directory, so nobody else can want it. Its name is the pid. */
    public static Endpoint unnamed(PrivateDirectory directory) throws IOException {
        Path file = directory.resolve(BootstrapFile.ENDPOINT_FILE);
        HELD.add(file);
        return tryClaim(Long.toString(ProcessHandle.current().pid()), file);
    }

    /** Makes the supervisor reachable at that address; before this call nobody can reach it. */
    public void publish(SocketAddress address) throws IOException {
        String text = address instanceof UnixDomainSocketAddress unix
                ? "unix:" + unix.getPath()
                : Integer.toString(((InetSocketAddress) address).getPort());
        write(locked, file, text + "\n");
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
        if (!locked.isOpen()) {
            return; // closed before: the file may be somebody else's by now
        }
        try {
            Files.deleteIfExists(file); // while the lock is held, so that it is certainly ours
        } finally {
            locked.close();
            reader.close();
            HELD.remove(file);
        }
    }

    /** @throws IllegalArgumentException if the name cannot be part of a file's name */
    public static String requireValidName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is not a supervisor name: use " + NAME.pattern());
        }
        return name;
    }

    static Path fileOf(String name) {
        return PrivateDirectory.base().resolve(prefix() + name + SUFFIX);
    }

    /** The file's name as of {@link #fileOf} the other way round; {@code null} if it is none of those. */
    static String nameOf(Path file) {
        String text = file.getFileName().toString();
        boolean named = text.startsWith(prefix()) && text.endsWith(SUFFIX);
        return named ? text.substring(prefix().length(), text.length() - SUFFIX.length()) : null;
    }

    private static String prefix() {
        return "forkless-" + System.getProperty("user.name") + "-";
    }

    /** Returns {@code null} if the previous owner removed the file between our open and our lock: there is a new one. */
    private static Endpoint tryClaim(String name, Path file) throws IOException {
        FileChannel locked = openOrCreate(file);
        if (locked == null) {
            return null;
        }
        FileChannel reader = null;
        boolean ours = false;
        try {
            if (locked.tryLock(LOCKED_BYTE, 1, false) == null) {
                throw taken(name, EndpointFile.read(file).pid());
            }
            String token = Tokens.random();
            String text = ProcessHandle.current().pid() + " " + token + " ";
            try {
                write(locked.truncate(0), file, text);
            } catch (IOException e) {
                Files.deleteIfExists(file); // while the lock is held, so that it is certainly ours
                throw e;
            }
            reader = open(file, StandardOpenOption.READ); // stays open, see HELD
            ours = contains(reader, text);
            return ours ? new Endpoint(name, file, locked, reader, token) : null;
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

    /**
     * To make a file anew waits for nothing. One that is there is opened only if it is a file of ours, as whoever owns it can
     * read the secret, and to open a FIFO waits for somebody else to do the same; in a directory where everybody can make
     * files, nobody but us can put something else in the place of ours.
     *
     * @return {@code null} if it went meanwhile
     */
    private static FileChannel openOrCreate(Path file) throws IOException {
        try {
            return open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException e) {
            return openOurs(file);
        }
    }

    private static FileChannel openOurs(Path file) throws IOException {
        try {
            EndpointFile.requireOurs(file);
            if (!EndpointFile.isRegular(file)) {
                throw new IOException(
                        "cannot use " + file + " to guard the supervisor's name: it is not a regular file;"
                                + " remove it or choose another --name");
            }
            return open(file, StandardOpenOption.WRITE);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static FileChannel open(Path file, OpenOption... options) throws IOException {
        Set<OpenOption> all = new HashSet<>(List.of(options));
        all.add(LinkOption.NOFOLLOW_LINKS);
        try {
            return FileChannel.open(file, all, PrivateDirectory.ownerOnly(file));
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (NoSuchFileException e) {
            if (Files.isDirectory(file.getParent())) {
                throw e;
            }
            throw unusable(file, e);
        } catch (IOException e) {
            throw unusable(file, e);
        }
    }

    private static void write(FileChannel locked, Path file, String text) throws IOException {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                locked.write(bytes);
            }
        } catch (IOException e) {
            throw PrivateDirectory.cannotWrite(file, e);
        }
    }

    private static boolean contains(FileChannel reader, String expected) throws IOException {
        ByteBuffer found = ByteBuffer.allocate(expected.length());
        reader.read(found);
        return expected.equals(new String(found.array(), StandardCharsets.UTF_8));
    }

    private static IOException taken(String name, long pid) {
        String owner = pid < 0 ? "" : " (pid " + pid + ")";
        return new IOException(
                "a supervisor named '" + name + "' is running already" + owner + "; stop it or choose another --name");
    }

    private static IOException unusable(Path file, IOException e) {
        return new IOException("cannot use " + file + " to guard the supervisor's name: " + e, e);
    }
}
