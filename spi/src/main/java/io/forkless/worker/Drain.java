package io.forkless.worker;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/** Runs the drain handlers once and then ends the process, in any case before the drain time-out is over. */
final class Drain {
    private static final long THREAD_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final System.Logger LOG = System.getLogger(Worker.class.getName());

    private final Duration timeout;
    private final Runnable afterwards;
    private final Runnable beforeCut;
    private final IntConsumer exit;
    private final IntConsumer halt;
    private final List<DrainHandler> handlers = new ArrayList<>();
    private int prepared;
    private boolean begun;
    private volatile Thread deadline;

    /**
     * @param afterwards runs when all handlers have drained in time, before the exit
     * @param beforeCut runs, perhaps several times and on any thread, when the time is over and connections are left
     * @param exit ends the JVM in an orderly way, as {@link Runtime#exit}
     * @param halt ends the JVM at once, as {@link Runtime#halt}
     */
    Drain(Duration timeout, Runnable afterwards, Runnable beforeCut, IntConsumer exit, IntConsumer halt) {
        this.timeout = timeout;
        this.afterwards = afterwards;
        this.beforeCut = beforeCut;
        this.exit = exit;
        this.halt = halt;
    }

    synchronized void add(DrainHandler handler) {
        if (begun) {
            throw new IllegalStateException("this worker is draining already");
        }
        if (handler instanceof GracefulDrain graceful) {
            graceful.beforeCut(beforeCut);
        }
        handlers.add(handler);
    }

    /** Has the handlers that were added since the last call load what they need. */
    void prepare() {
        List<DrainHandler> next;
        synchronized (this) {
            next = List.copyOf(handlers.subList(prepared, handlers.size()));
            prepared = handlers.size();
        }
        for (DrainHandler handler : next) {
            try {
                handler.prepare();
            } catch (Throwable e) { // then it needs it later, when it is perhaps still there
                log(Level.DEBUG, "a drain handler is not prepared", e);
            }
        }
    }

    synchronized boolean hasBegun() {
        return begun;
    }

    /** The second and every later call has no effect. */
    void begin(String reason) {
        synchronized (this) {
            if (begun) {
                return;
            }
            begun = true;
        }
        deadline = start("forkless-drain-deadline", true, this::haltAtDeadline);
        start("forkless-drain", false, () -> run(reason));
    }

    /** For a process that goes on after its drain, as that of a test does. */
    void cancelDeadline() {
        deadline.interrupt();
    }

    private void run(String reason) {
        int status = 1; // whatever happens
        try {
            status = drain(reason) ? 0 : 1;
        } catch (Throwable e) {
            log(Level.ERROR, "the drain failed: open connections may be lost", e);
        } finally {
            exit.accept(status);
        }
    }

    private boolean drain(String reason) {
        Duration limit = timeout.multipliedBy(9).dividedBy(10); // the rest is for the application's shutdown hooks
        long deadline = System.nanoTime() + limit.toNanos();
        AtomicInteger undrained = new AtomicInteger(handlers.size());
        List<Thread> threads = new ArrayList<>();
        for (DrainHandler handler : handlers) {
            threads.add(start("forkless-drain-" + threads.size(), true, () -> runHandler(handler, limit, undrained)));
        }
        log(Level.INFO, "draining: " + reason, null); // not before, since perhaps nobody reads what is logged
        try {
            for (Thread thread : threads) {
                thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
            }
        } catch (InterruptedException e) {
            return false;
        }
        if (threads.stream().anyMatch(Thread::isAlive)) {
            beforeCut.run(); // first: there is little time left, and to log may take it
            log(Level.WARNING, "not drained within " + limit.toMillis() + " ms: open connections are lost", null);
        }
        if (undrained.get() > 0) {
            return false;
        }
        afterwards.run();
        return true;
    }

    private void haltAtDeadline() {
        try {
            Thread.sleep(timeout.toMillis());
            halt.accept(1);
        } catch (InterruptedException e) {
            // cancelled
        }
    }

    private static void runHandler(DrainHandler handler, Duration limit, AtomicInteger undrained) {
        try {
            handler.drain(limit);
            undrained.decrementAndGet();
        } catch (GracefulDrain.NotDrainedException e) {
            log(Level.WARNING, "not drained within " + limit.toMillis() + " ms: open connections were cut", null);
        } catch (Throwable e) { // an Error as well: of a class that a new release has taken away, say
            log(Level.WARNING, "drain handler failed: open connections may be lost", e);
        }
    }

    /** The application's logging may be in a jar that is not what it was: no reason to end the drain. */
    private static void log(Level level, String line, Throwable cause) {
        try {
            LOG.log(level, line, cause);
        } catch (Throwable e) {
            // there is nothing left to tell it with
        }
    }

    /** A limit of threads is a state that passes, and there is nothing better to do than to wait for that. */
    private static Thread start(String name, boolean daemon, Runnable task) {
        while (true) {
            try {
                Thread thread = new Thread(task, name);
                thread.setDaemon(daemon);
                thread.start();
                return thread;
            } catch (OutOfMemoryError e) {
                LockSupport.parkNanos(THREAD_PAUSE_NANOS);
            }
        }
    }
}
