package io.forkless.supervisor.output;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A log file that is renamed to {@code FILE.1} when it has reached its size, {@code FILE.1} to {@code FILE.2}, and so on
 * until the oldest one goes. What cannot be written, since the disk is full, say, is dropped and counted: a worker must
 * not stand still for its log. Thread-safe; each write is taken as whole lines.
 */
public final class RotatingFile extends OutputStream {
    private static final System.Logger LOG = Log.supervisor();
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final LogFiles files;

    /** Held while the disk is waited for, which nobody but a writer may do. */
    private final ReentrantLock writing = new ReentrantLock();

    private OutputStream out;
    private boolean regular;
    private volatile boolean closed;
    private volatile boolean reopening;
    private volatile boolean shared;
    private long size;
    private long dropped;
    private long failedAt;

    /**
     * @param maxBytes the size at which the file is rotated; 0 for never, where another program does it
     * @param keep how many files there are besides the current one, which is made with the first write
     */
    public RotatingFile(Path file, long maxBytes, int keep) {
        files = new LogFiles(file, maxBytes, keep);
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        writing.lock();
        try {
            if (reopening) {
                reopening = false;
                closeFile();
                failedAt = System.nanoTime() - RETRY_NANOS;
            }
            if (!closed) {
                tryWrite(bytes, offset, length);
            }
        } finally {
            writing.unlock();
            closeIfNobodyWrites();
        }
    }

    private void tryWrite(byte[] bytes, int offset, int length) {
        if (dropped > 0 && System.nanoTime() - failedAt < RETRY_NANOS) {
            dropped += length;
            return;
        }
        try {
            if (out == null) {
                open();
            }
            if (isRotated() && size > 0 && size + length > files.maxBytes()) {
                rotate();
            }
            out.write(bytes, offset, length);
            size += length;
            if (dropped > 0) {
                LOG.log(
                        Level.WARNING,
                        files.file() + ": can be written again; " + dropped + " bytes are missing in it");
                dropped = 0;
            }
        } catch (IOException e) {
            if (dropped == 0) {
                LOG.log(Level.ERROR, files.file() + ": cannot be written, output is dropped: " + files.reason(e));
            }
            dropped += length;
            failedAt = System.nanoTime();
            closeFile(); // perhaps it is the file and not the disk
        }
    }

    /**
     * Goes on in a new file if somebody has renamed or removed the current one, and tries again what has failed; with the
     * next line, so as not to wait for the disk.
     */
    public void reopen() {
        reopening = true;
    }

    private void closeFile() {
        OutputStream open = out;
        out = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "closing a log file", e);
            }
        }
    }

    /** Does not wait: if the file is being written, whoever writes closes it. */
    @Override
    public void close() {
        closed = true;
        closeIfNobodyWrites();
    }

    private void closeIfNobodyWrites() {
        if (closed && writing.tryLock()) {
            try {
                if (dropped > 0) {
                    LOG.log(Level.WARNING, files.file() + ": " + dropped + " bytes could not be written");
                    dropped = 0;
                }
                closeFile();
            } finally {
                writing.unlock();
            }
        }
    }

    /**
     * Shows whether the file can be written, before anything else is done; its directory is made if it is missing.
     *
     * @throws IOException if it cannot; also if somebody else rotates it, as each would rename what the other one writes
     */
    public void open() throws IOException {
        FileChannel channel =
                files.open(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        out = Channels.newOutputStream(channel);
        regular = files.isRegular();
        try {
            if (isRotated()) {
                LogFiles.lock(channel);
            }
            size = regular ? channel.size() : 0;
        } catch (IOException e) {
            closeFile();
            throw e;
        }
    }

    /** While another supervisor may rotate the file, this one does not. Does not wait. */
    void share(boolean newShared) {
        shared = newShared;
        reopen();
        if (newShared && writing.tryLock()) {
            closeFile();
            writing.unlock();
        }
    }

    private boolean isRotated() {
        return regular && !shared && files.maxBytes() > 0;
    }

    private void rotate() throws IOException {
        closeFile(); // Windows does not rename an open file
        files.rename();
        open();
    }
}
