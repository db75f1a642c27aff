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

    private final String threadName;
    private final int capacity;
    private final LongConsumer report;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private Thread thread;
    private boolean writing;
    private long movedAt;
    private long dropped;

    /**
     * @param capacity how many writes may wait
     * @param report is told by the writing thread, in place of what was dropped, how many writes that was
     */
    public Outlet(String threadName, int capacity, LongConsumer report) {
        this.threadName = threadName;
        this.capacity = capacity;
        this.report = report;
    }

    /** Has it written, or drops it. Never waits and never throws. */
    public void offer(Runnable write) {
        offer(write, Duration.ZERO);
    }

    /**
     * The same, but first waits for room as long as the reader moves.
     *
     * @param patience how long a write may take until its reader is taken to stand still
     */
    public synchronized void offer(Runnable write, Duration patience) {
        try {
            long left = patience.toNanos();
            while (left > 0 && dropped == 0 && isFull()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
                left = patience.toNanos() - (System.nanoTime() - movedAt);
            }
            if (isFull()) {
                dropped++;
                return;
            }
            if (dropped > 0) {
                waiting.add(takeReport());
            }
            waiting.add(write);
            notifyAll();
        } catch (InterruptedException e) {
            dropped++;
            Thread.currentThread().interrupt();
        } catch (OutOfMemoryError e) {
            dropped++;
        }
        ensureThread();
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
    private boolean isFull() {
        return waiting.size() >= (dropped > 0 ? capacity / 2 : capacity);
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
        return waiting.isEmpty() ? takeReport() : waiting.remove();
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
