package io.forkless.supervisor.link;

import io.forkless.supervisor.output.Log;
import io.forkless.supervisor.pool.Timers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The one thread that owns the supervisor's state: it runs tasks, timers and the control channels' I/O one after the
 * other, so none of them needs a lock. Tasks come from any thread with {@link #execute}; everything else is for the
 * loop's own thread. Nothing that blocks may run on it.
 */
public final class EventLoop implements Timers {
    /** After a failure of what is tried again at once, so that neither the loop nor the log spins. */
    private static final Duration FAILURE_PAUSE = Duration.ofMillis(100);

    private static final System.Logger LOG = Log.supervisor();

    private final Selector selector;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<LoopTimer> timers = new PriorityQueue<>();
    private final Thread thread;
    private volatile boolean stopped;

    public EventLoop(String name) throws IOException {
        selector = Selector.open();
        thread = new Thread(this::run, name);
    }

    public void start() {
        thread.start();
    }

    /** Ends the loop after the task that is running. */
    public void stop() {
        stopped = true;
        selector.wakeup();
        if (thread.getState() == Thread.State.NEW) { // it was never started, and will not be
            closeAll();
        }
    }

    public void execute(Runnable task) {
        tasks.add(task);
        selector.wakeup();
    }

    /** Whether this is the loop's thread, which must not wait for itself. */
    public boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    /** Runs on a thread of its own what may block, or is a caller's code; later, if no thread can be had now. */
    public void executeElsewhere(String threadName, boolean daemon, Runnable task) {
        try {
            Thread other = new Thread(task, threadName);
            other.setDaemon(daemon);
            other.start();
        } catch (OutOfMemoryError e) { // as the limit of threads shows
            LOG.log(Level.WARNING, "no thread for {0}; the next attempt follows: {1}", threadName, e.getMessage());
            after(FAILURE_PAUSE, () -> executeElsewhere(threadName, daemon, task));
        }
    }

    /** Calls {@code onReady} whenever the channel is ready for the key's interest. */
    SelectionKey register(SelectableChannel channel, int interest, Runnable onReady) throws IOException {
        channel.configureBlocking(false);
        return channel.register(selector, interest, onReady);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Timer after(Duration delay, Runnable action) {
        LoopTimer timer = new LoopTimer(nanoTime() + delay.toNanos(), action);
        timers.add(timer);
        return timer;
    }

    private void run() {
        while (!stopped) {
            try {
                runOnce();
            } catch (Throwable e) { // then what is not ours has failed: the selector
                LOG.log(Level.ERROR, "internal error in the supervisor", e);
                pause();
            }
        }
        closeAll();
    }

    private void runOnce() {
        // Not first, so that tasks and timers have their turn even if this fails again and again.
        for (Runnable task = tasks.poll(); task != null && !stopped; task = tasks.poll()) {
            guarded(task);
        }
        while (!timers.isEmpty() && timers.peek().at - nanoTime() <= 0 && !stopped) {
            guarded(timers.poll().action);
        }
        if (!stopped) {
            select();
        }
    }

    private void select() {
        try {
            selector.select(this::dispatch, millisToNextTimer());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void dispatch(SelectionKey key) {
        if (key.isValid() && !guarded((Runnable) key.attachment())) {
            pause(); // the channel is perhaps still ready
        }
    }

    /**
     * One failing action must not end the supervision of all workers. Errors count too: with no descriptor left, a class
     * that cannot be loaded is one, and the next action may find better times.
     *
     * @return whether it succeeded
     */
    private static boolean guarded(Runnable action) {
        try {
            action.run();
            return true;
        } catch (Throwable e) {
            LOG.log(Level.ERROR, "internal error in the supervisor", e);
            return false;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(FAILURE_PAUSE.toMillis());
        } catch (InterruptedException e) {
            // nobody has reason to, and the loop goes on
        }
    }

    /** At least 1, since 0 would wait for ever. */
    private long millisToNextTimer() {
        if (!tasks.isEmpty()) {
            return 1;
        }
        return timers.isEmpty() ? 0 : Math.max(1, (timers.peek().at - nanoTime() + 999_999) / 1_000_000);
    }

    private void closeAll() {
        try {
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.DEBUG, "closing the event loop", e);
        }
    }

    private final class LoopTimer implements Timer, Comparable<LoopTimer> {
        private final long at;
        private final Runnable action;

        LoopTimer(long at, Runnable action) {
            this.at = at;
            this.action = action;
        }

        @Override
        public void cancel() {
            timers.remove(this);
        }

        @Override
        public int compareTo(LoopTimer other) {
            return Long.signum(at - other.at);
        }
    }
}
