package io.forkless.internal.control;

import java.io.Closeable;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * How much each worker has to do, in a small file that all workers map: they read each other's numbers at every accept,
 * which messages would be too slow for. A header, then a record per worker index, in longs of the native byte order.
 * Numbers are advice, so no update is a transaction.
 */
public final class Scoreboard implements Closeable {
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

    private final FileChannel channel;
    private final ByteBuffer mapped;
    private int workers;

    private Scoreboard(FileChannel channel, ByteBuffer mapped) {
        this.channel = channel;
        this.mapped = mapped;
    }

    /** The supervisor's: writes to the file, so that nothing stays mapped when it is deleted (Windows). */
    public static Scoreboard create(Path file) throws IOException {
        FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PrivateDirectory.ownerOnly(file));
        try {
            ByteBuffer zeros = ByteBuffer.allocate(offset(CAPACITY, 0)); // workers map the whole file once
            while (zeros.hasRemaining()) {
                channel.write(zeros); // of what a disk has room for, and only then fails
            }
        } catch (IOException e) {
            channel.close();
            throw PrivateDirectory.cannotWrite(file, e);
        }
        return new Scoreboard(channel, null);
    }

    /** A worker's. */
    public static Scoreboard map(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new Scoreboard(null, channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size()));
        }
    }

    /** That of a worker on its own, in memory. */
    public static Scoreboard ofOneWorker() {
        ByteBuffer memory = ByteBuffer.allocateDirect(offset(1, 0)); // the heap has no volatile views of longs
        LONG.set(memory, WORKERS, 1L);
        return new Scoreboard(null, memory);
    }

    /** Supervisor: there is no worker with this index, yet or any more. */
    public void vacate(int index) throws IOException {
        write(offset(index, OPEN), ABSENT, 0, 0);
        if (index >= workers) {
            workers = index + 1;
            write(WORKERS, workers);
        }
    }

    /** Supervisor, on any thread: from now on listeners may be quiesced. There is no way back. */
    public void announceQuiescing() throws IOException {
        write(QUIESCING, 1);
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
        LONG.setVolatile(mapped, offset(index, ACCEPTED), accepted);
        LONG.setVolatile(mapped, offset(index, OPEN), open);
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
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }

    private void write(int offset, long... values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.nativeOrder());
        bytes.asLongBuffer().put(values);
        channel.write(bytes, offset);
    }

    private static int offset(int index, int field) {
        return Long.BYTES * (HEADER_LONGS + RECORD_LONGS * index + field);
    }
}
