package io.forkless.internal.control;

import java.io.Closeable;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Set;

/**
 * How much each worker has to do, in a small file that all workers map: they read each other's numbers at every accept,
 * which messages would be too slow for. A header, then a record per worker index, in longs of the native byte order.
 * Numbers are advice, so no update is a transaction.
 *
 * <p>Somebody else may remove the file, a cleaner of temporary files, say. The supervisor makes it again, and each worker
 * that looks goes over to the new one.
 */
public final class Scoreboard implements Closeable, Renewable {
    /** Its file name in the private directory. */
    public static final String FILE = "scoreboard";

    /** The number of open connections of an index without a serving worker. */
    public static final long ABSENT = -1;

    /** No worker has an index as high as this. */
    public static final int CAPACITY = 4096;

    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    /** In the header: the number of indexes that have been in use. */
    private static final int WORKERS = 0;

    /** In the header: 0 until the listeners are quiesced. */
    private static final int QUIESCING = Long.BYTES;

    private static final int HEADER_LONGS = 2;

    private static final int OPEN = 0;
    private static final int ACCEPTED = 1;
    private static final int PRESSURE = 2;
    private static final int RECORD_LONGS = 3;

    /** Follows the name of a file that is not complete yet. */
    private static final String UNFINISHED = ".new";

    private final Path file;
    private volatile FileIdentity identity;

    /** The supervisor's. */
    private FileChannel channel;

    /** The supervisor's, of the file before: a worker may not have looked since. */
    private FileChannel previous;

    /** A worker's. */
    private volatile ByteBuffer mapped;

    private int workers;
    private boolean quiescing;

    private Scoreboard(Path file, FileIdentity identity, FileChannel channel, ByteBuffer mapped) {
        this.file = file;
        this.identity = identity;
        this.channel = channel;
        this.mapped = mapped;
    }

    /** The supervisor's: writes to the file, so that nothing stays mapped when it is deleted (Windows). */
    public static Scoreboard create(Path file) throws IOException {
        FileChannel channel = openNew(file);
        return new Scoreboard(file, FileIdentity.of(file), channel, null);
    }

    /**
     * For a supervisor: the scoreboard that an earlier one has left and its workers have mapped, or else a new one. If the
     * earlier one had announced that it quiesces, that holds until {@link #recallQuiescing}.
     */
    public static Scoreboard openOrCreate(Path file) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return create(file);
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            try {
                Files.delete(file);
            } catch (IOException e) {
                throw PrivateDirectory.cannotWrite(file, e);
            }
            return create(file);
        }
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        try {
            if (channel.size() != offset(CAPACITY, 0)) { // of another version, or cut: workers go over to the new one
                channel.close();
                Files.delete(file);
                return create(file);
            }
            Scoreboard scoreboard = new Scoreboard(file, FileIdentity.of(file), channel, null);
            scoreboard.workers = (int) Math.min(CAPACITY, Math.max(0, read(channel, WORKERS)));
            scoreboard.quiescing = read(channel, QUIESCING) != 0;
            return scoreboard;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** With nobody on it: workers map the whole file once. */
    private static FileChannel openNew(Path file) throws IOException {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PrivateDirectory.ownerOnly(file));
            ByteBuffer zeros = ByteBuffer.allocate(offset(CAPACITY, 0));
            while (zeros.hasRemaining()) {
                channel.write(zeros); // of what a disk has room for, and only then fails
            }
            return channel;
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (IOException e) {
            if (channel != null) {
                channel.close();
            }
            throw PrivateDirectory.cannotWrite(file, e);
        }
    }

    /** A worker's. */
    public static Scoreboard map(Path file) throws IOException {
        FileIdentity identity = FileIdentity.of(file);
        ByteBuffer mapped = mapNow(file);
        return new Scoreboard(file, identity, null, mapped);
    }

    private static ByteBuffer mapNow(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size());
        }
    }

    @Override
    public Path path() {
        return file;
    }

    @Override
    public boolean isThere() {
        return identity.isThere();
    }

    /**
     * Supervisor: the file appears when it is complete, with nobody on it until the workers have found it.
     */
    @Override
    public synchronized void makeAgain() throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
        Files.deleteIfExists(unfinished);
        FileChannel made = openNew(unfinished);
        try {
            write(made, WORKERS, workers);
            write(made, QUIESCING, quiescing ? 1 : 0);
            for (int index = 0; index < workers; index++) {
                write(made, offset(index, OPEN), ABSENT, 0, 0);
            }
            FileIdentity fresh =
                    new FileIdentity(file, FileIdentity.of(unfinished).key());
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            identity = fresh;
        } catch (IOException | RuntimeException e) {
            made.close();
            Files.deleteIfExists(unfinished);
            throw e;
        }
        if (previous != null) {
            previous.close();
        }
        previous = channel;
        channel = made;
    }

    /**
     * Worker: goes over to another file if there is one at the path, on which it then has to publish anew. One thread calls
     * this.
     *
     * @return whether there was one
     */
    public boolean follow() {
        if (file == null || identity.isThere()) {
            return false;
        }
        try {
            FileIdentity fresh = FileIdentity.of(file); // first: if it is replaced just now, the next look finds that
            mapped = mapNow(file);
            identity = fresh;
            return true;
        } catch (IOException e) {
            return false; // it is not there yet
        }
    }

    /** That of a worker on its own, in memory. */
    public static Scoreboard ofOneWorker() {
        ByteBuffer memory = ByteBuffer.allocateDirect(offset(1, 0)); // the heap has no volatile views of longs
        LONG.set(memory, WORKERS, 1L);
        return new Scoreboard(null, null, null, memory);
    }

    /** Supervisor: what time it is for the file system, which may have another clock than this machine. */
    public synchronized FileTime now() throws IOException {
        write(channel, WORKERS, workers); // as it is there already
        return Files.getLastModifiedTime(file);
    }

    /** Supervisor: there is no worker with this index, yet or any more. */
    public synchronized void vacate(int index) throws IOException {
        write(channel, offset(index, OPEN), ABSENT, 0, 0);
        if (index >= workers) {
            workers = index + 1;
            write(channel, WORKERS, workers);
        }
    }

    /** Supervisor: vacates all indexes that an earlier one has left, except these. */
    public synchronized void vacateAllBut(Set<Integer> occupied) throws IOException {
        for (int index = 0; index < workers; index++) {
            if (!occupied.contains(index)) {
                vacate(index);
            }
        }
    }

    /** Supervisor, on any thread: from now on listeners may be quiesced. */
    public synchronized void announceQuiescing() throws IOException {
        writeQuiescing(true);
    }

    /** Supervisor: what an earlier one had quiesced is open again, and all connections that inherited that have been accepted. */
    public synchronized void recallQuiescing() throws IOException {
        if (quiescing) {
            writeQuiescing(false);
        }
    }

    private void writeQuiescing(boolean value) throws IOException {
        quiescing = value;
        write(channel, QUIESCING, value ? 1 : 0);
        if (previous != null) {
            write(previous, QUIESCING, value ? 1 : 0);
        }
    }

    /** Worker: whether listeners may have been quiesced. */
    public boolean isQuiescing() {
        return (long) LONG.getVolatile(mapped, QUIESCING) != 0;
    }

    /**
     * Worker: announces its connections.
     *
     * @param open how many there are now, or {@link #ABSENT}
     * @param accepted how many there have been
     */
    public void publish(int index, long open, long accepted) {
        ByteBuffer board = mapped;
        LONG.setVolatile(board, offset(index, ACCEPTED), accepted);
        LONG.setVolatile(board, offset(index, OPEN), open);
    }

    /** Worker: announces how hard pressed it is; 0 if it can serve one more client, and the higher the worse. */
    public void publishPressure(int index, long pressure) {
        LONG.setVolatile(mapped, offset(index, PRESSURE), pressure);
    }

    /** Worker: one more than the highest index so far. */
    public int workers() {
        return (int) (long) LONG.getVolatile(mapped, WORKERS);
    }

    /** Worker: how many connections that worker has open, or {@link #ABSENT}. */
    public long open(int index) {
        return (long) LONG.getVolatile(mapped, offset(index, OPEN));
    }

    /** Worker: how many connections that worker has accepted. */
    public long accepted(int index) {
        return (long) LONG.getVolatile(mapped, offset(index, ACCEPTED));
    }

    /** Worker: how hard pressed that worker is. */
    public long pressure(int index) {
        return (long) LONG.getVolatile(mapped, offset(index, PRESSURE));
    }

    @Override
    public synchronized void close() throws IOException {
        if (previous != null) {
            previous.close();
        }
        if (channel != null) {
            channel.close();
        }
    }

    private static long read(FileChannel channel, int offset) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
        channel.read(bytes, offset);
        return bytes.getLong(0);
    }

    private static void write(FileChannel channel, int offset, long... values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.nativeOrder());
        bytes.asLongBuffer().put(values);
        channel.write(bytes, offset);
    }

    private static int offset(int index, int field) {
        return Long.BYTES * (HEADER_LONGS + RECORD_LONGS * index + field);
    }
}
