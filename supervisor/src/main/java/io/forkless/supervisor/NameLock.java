package io.forkless.supervisor;

import io.forkless.control.PrivateDirectory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Keeps a second supervisor from taking the same name. The operating system releases the lock of a process that dies, so
 * a file that was left behind means nothing; it holds the owner's pid for the error message.
 */
final class NameLock implements Closeable {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private final Path file;
    private final FileChannel channel;

    private NameLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** @throws IOException if a living supervisor of this user has the name */
    static NameLock acquire(String name) throws IOException {
        Path file =
                PrivateDirectory.base().resolve("forkless-" + System.getProperty("user.name") + "-" + name + ".lock");
        String owner = ProcessHandle.current().pid() + " " + UUID.randomUUID();
        while (true) {
            FileChannel channel = open(file);
            try {
                if (tryLock(channel) == null) {
                    throw new IOException("a supervisor named '" + name + "' is running already (pid "
                            + Files.readString(file).split(" ")[0] + "); stop it or choose another --name");
                }
                channel.truncate(0).write(ByteBuffer.wrap(owner.getBytes(StandardCharsets.UTF_8)));
                if (Files.exists(file) && Files.readString(file).equals(owner)) {
                    return new NameLock(file, channel);
                }
                channel.close(); // the previous owner removed it between our open and our lock: try the new one
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        }
    }

    private static FileChannel open(Path file) throws IOException {
        try {
            return FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw new IOException("cannot use " + file + " to guard the supervisor's name: " + e, e);
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // this very process has it
        }
    }

    static String requireValid(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is not a supervisor name: use " + NAME.pattern());
        }
        return name;
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file); // while the lock is held, so that it is certainly ours
        channel.close();
    }
}
