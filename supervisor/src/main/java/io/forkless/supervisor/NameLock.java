package io.forkless.supervisor;

import io.forkless.control.PrivateDirectory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Keeps a second supervisor from taking the same name. The operating system releases the lock of a process that dies, so
 * a file that was left behind means nothing; it holds the owner's pid for the error message.
 */
final class NameLock implements Closeable {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /** Far behind the content: on Windows nobody else can read what is locked. */
    private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

    /**
     * The names that this process has. Its own second attempt must not open the file at all: to close any descriptor of
     * a file releases every lock that the process has on it (fcntl(2)).
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel locked;
    private final FileChannel reader;

    private NameLock(Path file, FileChannel locked, FileChannel reader) {
        this.file = file;
        this.locked = locked;
        this.reader = reader;
    }

    /** @throws IOException if a living supervisor of this user has the name */
    static NameLock acquire(String name) throws IOException {
        Path file =
                PrivateDirectory.base().resolve("forkless-" + System.getProperty("user.name") + "-" + name + ".lock");
        if (!HELD.add(file)) {
            throw taken(name, Long.toString(ProcessHandle.current().pid()));
        }
        try {
            NameLock lock = null;
            while (lock == null) {
                lock = tryAcquire(name, file);
            }
            return lock;
        } catch (IOException | RuntimeException e) {
            HELD.remove(file);
            throw e;
        }
    }

    /** Returns {@code null} if the previous owner removed the file between our open and our lock: there is a new one. */
    private static NameLock tryAcquire(String name, Path file) throws IOException {
        FileChannel locked = open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileChannel reader = null;
        boolean ours = false;
        try {
            if (locked.tryLock(LOCKED_BYTE, 1, false) == null) {
                throw taken(name, Files.readString(file).split(" ")[0]);
            }
            byte[] owner = (ProcessHandle.current().pid() + " " + UUID.randomUUID()).getBytes(StandardCharsets.UTF_8);
            locked.truncate(0).write(ByteBuffer.wrap(owner));
            reader = open(file, StandardOpenOption.READ); // stays open, see HELD
            ours = contains(reader, owner);
            return ours ? new NameLock(file, locked, reader) : null;
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

    private static FileChannel open(Path file, OpenOption... options) throws IOException {
        Set<OpenOption> all = new HashSet<>(List.of(options));
        all.add(LinkOption.NOFOLLOW_LINKS);
        try {
            return FileChannel.open(file, all);
        } catch (NoSuchFileException e) {
            if (Files.isDirectory(file.getParent())) {
                throw e;
            }
            throw unusable(file, e);
        } catch (IOException e) {
            throw unusable(file, e);
        }
    }

    private static boolean contains(FileChannel reader, byte[] expected) throws IOException {
        ByteBuffer found = ByteBuffer.allocate(expected.length);
        reader.read(found);
        return Arrays.equals(found.array(), expected);
    }

    private static IOException taken(String name, String pid) {
        return new IOException("a supervisor named '" + name + "' is running already (pid " + pid
                + "); stop it or choose another --name");
    }

    private static IOException unusable(Path file, IOException e) {
        return new IOException("cannot use " + file + " to guard the supervisor's name: " + e, e);
    }

    static String requireValid(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is not a supervisor name: use " + NAME.pattern());
        }
        return name;
    }

    @Override
    public void close() throws IOException {
        try {
            Files.deleteIfExists(file); // while the lock is held, so that it is certainly ours
        } finally {
            locked.close();
            reader.close();
            HELD.remove(file);
        }
    }
}
