package io.forkless.supervisor.output;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Writes on a thread of its own, so that who has something to write does not wait for a reader that stands still. What
 * waits is bounded: beyond that it is dropped and counted, and reported once there is room again.
 *
 * <p>Thread-safe. The thread is there while there is something to write and a second longer, and does not keep the JVM
 * alive.
 */
public final class Outlet {
    private static final long IDLE_MILLIS = 1000;

    /** A reader that takes 100 kB a second moves, so that a long line takes its time. */
    private static final long NANOS_PER_BYTE = TimeUnit.SECONDS.toNanos(1) / 100_000;

    private final String threadName;
    private final int capacity;
    private final long maxBytes;
    private final LongConsumer report;
    private final Deque<Write> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private int writingBytes;
    private Thread thread;
    private boolean writing;
    private long movedAt;
    private long dropped;

    /** @param bytes that it keeps while it waits */
    private record Write(Runnable action, int bytes) {}

    /** @param capacity how many writes may wait */
    public Outlet(String threadName, int capacity, LongConsumer report) {
        this(threadName, capacity, Long.MAX_VALUE, report);
    }

    /**
     * @param capacity how many writes may wait
     * @param maxBytes how many bytes they may keep all together; one that has more may wait alone
     * @param report is told by the writing thread, in place of what was dropped, how many writes that was
     */
    Outlet(String threadName, int capacity, long maxBytes, LongConsumer report) {
        this.threadName = threadName;
        this.capacity = capacity;
        this.maxBytes = maxBytes;
        this.report = report;
    }

    /**
     * Has it written, or drops it. Never waits and never throws.
     *
     * @return false if it was dropped
     */
    public boolean offer(Runnable write) {
        return offer(write, 0, Duration.ZERO);
    }

    /**
     * The same, but first waits for room as long as the reader moves.
     *
     * @param bytes that the write keeps until then
     * @param patience how long a write may take until its reader is taken to stand still, and 10 s more for each MB
     */
    synchronized boolean offer(Runnable write, int bytes, Duration patience) {
        boolean taken = false;
        try {
            long left = patience.toNanos();
            while (left > 0 && dropped == 0 && isFullFor(bytes)) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
                left = patience.toNanos() + writingBytes * NANOS_PER_BYTE - (System.nanoTime() - movedAt);
            }
            if (isFullFor(bytes)) {
                dropped++;
                return false;
            }
            if (dropped > 0) {
                waiting.add(new Write(takeReport(), 0));
            }
            waiting.add(new Write(write, bytes));
            waitingBytes += bytes;
            taken = true;
            notifyAll();
        } catch (InterruptedException e) {
            dropped++;
            Thread.currentThread().interrupt();
        } catch (OutOfMemoryError e) {
            dropped++;
        }
        ensureThread();
        return taken;
    }

    /**
     * Waits until everything is written.
     *
     * @return false if that takes longer, or if it is the writing thread that asks
     */
    public synchronized boolean flush(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        ensureThread();
        try {
            while (writing || !waiting.isEmpty() || dropped > 0) {
                long left = deadline - System.nanoTime();
                if (left <= 0 || Thread.currentThread() == thread) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Once something was dropped, there must be room for more than one, else each one would bring a report. */
    private boolean isFullFor(int bytes) {
        int share = dropped > 0 ? 2 : 1;
        return waiting.size() >= capacity / share || !waiting.isEmpty() && waitingBytes + bytes > maxBytes / share;
    }

    private Runnable takeReport() {
        long count = dropped;
        Runnable reporting = () -> report.accept(count);
        dropped = 0;
        return reporting;
    }

    /** If no thread can be had now, what waits goes on waiting for the next attempt. */
    private void ensureThread() {
        if (thread == null && !(waiting.isEmpty() && dropped == 0)) {
            try {
                Thread writer = new Thread(this::run, threadName);
                writer.setDaemon(true);
                writer.start();
                thread = writer;
            } catch (OutOfMemoryError e) {
                // as a thread limit shows; to say so would take a thread
            }
        }
    }

    private void run() {
        try {
            for (Runnable write = next(); write != null; write = next()) {
                runGuarded(write);
            }
        } finally {
            ended();
        }
    }

    /** What cannot be written is lost, whatever the reason, and what follows has its turn. */
    private static void runGuarded(Runnable write) {
        try {
            write.run();
        } catch (Throwable e) {
            // where could it be told?
        }
    }

    /** {@code null} if there has been nothing for a while. */
    private synchronized Runnable next() {
        moved(false);
        long idleSince = movedAt;
        while (waiting.isEmpty() && dropped == 0) {
            long left = TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS) - (System.nanoTime() - idleSince);
            if (left <= 0) {
                thread = null;
                return null;
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException e) {
                // nobody has reason to, and there is more to write
            }
        }
        moved(true);
        writingBytes = 0;
        if (waiting.isEmpty()) {
            return takeReport();
        }
        Write write = waiting.remove();
        waitingBytes -= write.bytes();
        writingBytes = write.bytes();
        return write.action();
    }

    private void moved(boolean nowWriting) {
        writing = nowWriting;
        movedAt = System.nanoTime();
        notifyAll();
    }

    /** Also after an Error, upon which there shall be another thread. */
    private synchronized void ended() {
        if (Thread.currentThread() == thread) {
            thread = null;
            moved(false);
        }
    }
}
