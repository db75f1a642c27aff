package io.forkless.supervisor.admin;

import io.forkless.internal.control.DiskSpace;
import io.forkless.internal.control.PrivateDirectory;
import java.io.IOException;
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

/** How the file that guards a supervisor's name is opened and written: in no case one of somebody else. */
final class GuardingFile {
    private GuardingFile() {}

    /**
     * To make a file anew waits for nothing. One that is there is opened only if it is a file of ours, as whoever owns it can
     * read the secret, and to open a FIFO waits for somebody else to do the same; in a directory where everybody can make
     * files, nobody but us can put something else in the place of ours.
     *
     * @return {@code null} if it went meanwhile
     */
    static FileChannel openOrCreate(Path file) throws IOException {
        try {
            return open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException e) {
            return openOurs(file);
        }
    }

    private static FileChannel openOurs(Path file) throws IOException {
        try {
            Places.ofThisUser().requireTrusted(file);
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

    /** @throws NoSuchFileException alone if the file is missing, as the cause if its directory is */
    static FileChannel open(Path file, OpenOption... options) throws IOException {
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

    static void write(FileChannel locked, Path file, String text) throws IOException {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                locked.write(bytes);
            }
        } catch (IOException e) {
            throw PrivateDirectory.cannotWrite(file, e);
        }
    }

    static boolean contains(FileChannel reader, String expected) throws IOException {
        ByteBuffer found = ByteBuffer.allocate(expected.length());
        reader.read(found);
        return expected.equals(new String(found.array(), StandardCharsets.UTF_8));
    }

    private static IOException unusable(Path file, IOException e) {
        return new IOException(
                "cannot use " + file + " to guard the supervisor's name: " + DiskSpace.reason(file, e), e);
    }
}
