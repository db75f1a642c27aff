package io.forkless.supervisor.output;

import io.forkless.supervisor.output.WorkerOutput.Reopening;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * A log file that is the standard output and error of another process, so that nothing is lost whatever becomes of this one.
 * A file that has reached its size is renamed, and the process asked to reopen it; what it writes until then is in
 * {@code FILE.1}. The file of a process that cannot do so is copied and emptied, and what it writes in between is lost.
 * Thread-safe.
 */
final class DirectFile {
    private static final System.Logger LOG = Log.supervisor();

    /** How long to wait for a disk that hangs. */
    private static final long PATIENCE_MILLIS = 1000;

    private final LogFiles files;

    /** Held while waiting for the disk. */
    private final ReentrantLock busy = new ReentrantLock();

    private volatile Supplier<Reopening> process = () -> Reopening.GONE;
    private volatile boolean reopening;
    private volatile boolean closed;
    private volatile boolean shared;
    private FileChannel channel;
    private FileLock lock;
    private boolean rotated;
    private boolean asked;
    private long olderSize;
    private String complaint = "";

    DirectFile(LogFiles files) {
        this.files = files;
    }

    /**
     * Makes the file and its directory, and shows whether the file can be written.
     *
     * @throws IOException if it cannot; also if another supervisor rotates it
     */
    void open() throws IOException {
        busy.lock();
        try {
            openFile();
        } finally {
            leave();
        }
    }

    /**
     * Makes the file ready for a process, which is to start on a new line. Waits a second at most.
     *
     * @return false if the file cannot be written; the log says why
     */
    boolean prepare() {
        CompletableFuture<String> problem = new CompletableFuture<>();
        Thread thread = new Thread(() -> prepare(problem), "forkless-log-file");
        thread.setDaemon(true);
        thread.start();
        try {
            problem.completeOnTimeout("the disk does not answer", PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            String found = problem.join();
            if (!found.isEmpty()) {
                LOG.log(
                        Level.WARNING,
                        files.file() + ": cannot be opened for a worker, whose output passes through the supervisor: "
                                + found);
            }
            return found.isEmpty();
        } catch (CompletionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private void prepare(CompletableFuture<String> problem) {
        busy.lock();
        try {
            process = () -> Reopening.GONE;
            openFile();
            if (isFull(Reopening.GONE)) {
                rotate(Reopening.GONE);
            }
            endLastLine();
            process = () -> Reopening.NOT_YET;
            if (!problem.complete("")) {
                giveUp(); // the caller has stopped waiting
            }
        } catch (IOException e) {
            giveUp();
            problem.complete(files.reason(e));
        } catch (Throwable e) {
            giveUp();
            problem.completeExceptionally(e);
        } finally {
            leave();
        }
    }

    private void giveUp() {
        process = () -> Reopening.GONE;
        closeFile();
    }

    /** @param newProcess the process whose standard output the file is */
    void writtenBy(Supplier<Reopening> newProcess) {
        process = newProcess;
        if (busy.tryLock()) {
            try {
                relock(); // the file was opened for the process, and closed
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "the next look tries again", e);
            } finally {
                leave();
            }
        }
    }

    /**
     * Renames or copies the file if it has reached its size. May wait for the disk.
     *
     * @return whether the process is to be asked to reopen the file
     */
    boolean rotate() {
        busy.lock();
        try {
            boolean toAsk = tryRotate(process.get());
            complaint = "";
            return toAsk;
        } catch (IOException e) {
            complain(files.reason(e));
            return false;
        } finally {
            leave();
        }
    }

    /** Goes on with the file that has the name now, from the next {@link #rotate} on, so as not to wait for the disk. */
    void reopen() {
        Reopening able = process.get();
        reopening = able != Reopening.GONE;
        if (able == Reopening.IMPOSSIBLE || able == Reopening.NOT_YET) {
            LOG.log(
                    Level.WARNING,
                    files.file()
                            + ": its worker cannot open it anew while it runs, and goes on in the file that it has;"
                            + " have the file copied and emptied in place of renamed (copytruncate of logrotate)");
        }
    }

    /** While another supervisor may rotate the file, this one does not. Does not wait. */
    void share(boolean newShared) {
        shared = newShared;
        if (busy.tryLock()) {
            leave();
        }
    }

    /** Does not wait: a thread that is busy with the file closes it. The process writes on. */
    void close() {
        closed = true;
        if (busy.tryLock()) {
            leave();
        }
    }

    private void leave() {
        if (closed || shared) {
            closeFile();
        }
        busy.unlock();
    }

    private boolean tryRotate(Reopening able) throws IOException {
        boolean unused = channel == null && able == Reopening.GONE;
        if (closed || shared || unused) {
            return false;
        }
        if (channel == null || reopening) {
            reopening = false;
            openFile();
        }
        return isFull(able) ? rotate(able) : isToBeAskedAgain(able);
    }

    /** A process that has not called yet may turn out to be able to reopen the file: that is worth waiting for. */
    private boolean isFull(Reopening able) throws IOException {
        long limit = able == Reopening.NOT_YET ? 2 * files.maxBytes() : files.maxBytes();
        return rotated && size(files.file()) >= limit;
    }

    private boolean rotate(Reopening able) throws IOException {
        relock();
        if (able == Reopening.GONE) {
            try {
                rename();
            } catch (IOException e) {
                if (channel == null) {
                    throw e;
                }
                copyAndEmpty(); // on Windows, if a child of the worker still has it open
            }
            return false;
        }
        if (able == Reopening.POSSIBLE && files.keep() > 0) {
            olderSize = rename();
            asked = true;
            return true;
        }
        copyAndEmpty();
        return false;
    }

    /** @return the size */
    private long rename() throws IOException {
        closeFile(); // Windows does not rename an open file
        try {
            files.rename();
        } finally {
            openFile();
        }
        return size(files.older(1));
    }

    private void copyAndEmpty() throws IOException {
        if (files.keep() > 0) {
            files.makeRoom();
            try (FileChannel copy = FileChannel.open(
                    files.older(1),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                long copied = 0;
                while (copied < channel.size()) { // it grows meanwhile
                    copied += channel.transferTo(copied, channel.size() - copied, copy);
                }
            } catch (IOException e) {
                Files.deleteIfExists(files.older(1));
                throw e;
            }
        }
        channel.truncate(0);
    }

    /** Whether the process still writes to the older file, for example because it was stopped or had no descriptor left. */
    private boolean isToBeAskedAgain(Reopening able) throws IOException {
        if (!asked || size(files.file()) > 0) {
            asked = false;
            return false;
        }
        long size = size(files.older(1));
        boolean grown = size > olderSize;
        olderSize = size;
        return grown && able == Reopening.POSSIBLE;
    }

    /** Ends an unfinished line of an earlier process. */
    private void endLastLine() throws IOException {
        ByteBuffer last = ByteBuffer.allocate(1);
        if (files.isRegular()
                && channel.size() > 0
                && channel.read(last, channel.size() - 1) == 1
                && last.get(0) != '\n') {
            Files.write(files.file(), new byte[] {'\n'}, StandardOpenOption.APPEND);
            relock();
        }
    }

    private void openFile() throws IOException {
        closeFile();
        channel = files.open(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        rotated = files.maxBytes() > 0 && files.isRegular();
        try {
            relock();
        } catch (IOException e) {
            closeFile();
            throw e;
        }
    }

    private void relock() throws IOException {
        if (rotated && channel != null) {
            if (lock != null) {
                lock.release();
            }
            lock = LogFiles.lock(channel);
        }
    }

    private void closeFile() {
        FileChannel open = channel;
        channel = null;
        lock = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "closing a log file", e);
            }
        }
    }

    /** Logs each reason once. */
    private void complain(String reason) {
        if (!reason.equals(complaint)) {
            LOG.log(Level.ERROR, files.file() + ": cannot be rotated, and grows on: " + reason);
        }
        complaint = reason;
    }

    /** 0 if the file was removed. */
    private static long size(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }
}
