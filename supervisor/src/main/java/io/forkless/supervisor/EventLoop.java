package io.forkless.supervisor;

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
final class EventLoop implements Timers {
    private static final System.Logger LOG = System.getLogger(Supervisor.class.getName());

    private final Selector selector;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<LoopTimer> timers = new PriorityQueue<>();
    private final Thread thread;
    private volatile boolean stopped;

    EventLoop(String name) throws IOException {
        selector = Selector.open();
        thread = new Thread(this::run, name);
    }

    void start() {
        thread.start();
    }

    /** Ends the loop after the task that is running. */
    void stop() {
        stopped = true;
        selector.wakeup();
    }

    void execute(Runnable task) {
        tasks.add(task);
        selector.wakeup();
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
        try {
            while (!stopped) {
                selector.select(this::dispatch, millisToNextTimer());
                for (Runnable task = tasks.poll(); task != null && !stopped; task = tasks.poll()) {
                    guarded(task);
                }
                while (!timers.isEmpty() && timers.peek().at - nanoTime() <= 0 && !stopped) {
                    guarded(timers.poll().action);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            closeAll();
        }
    }

    private void dispatch(SelectionKey key) {
        if (key.isValid()) {
            guarded((Runnable) key.attachment());
        }
    }

    /**
     * One failing action must not end the supervision of all workers. Errors count too: with no descriptor left, a class
     * that cannot be loaded is one, and the next action may find better times.
     */
    private static void guarded(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "internal error in the supervisor", e);
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
        } catch (IOException e) {
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
