package io.forkless.supervisor.output;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The threads that copy the workers' output. Thread-safe. */
final class Pumps {
    /** What a worker that has just ended wrote last is perhaps still in its pipe; a grandchild may keep that for ever. */
    private static final long LAST_WORDS_NANOS = TimeUnit.SECONDS.toNanos(1);

    private volatile boolean handedOver;
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    /** Copies both streams of a worker, until they end. */
    void start(
            int index, String prefix, InputStream output, OutputStream to, InputStream errors, OutputStream toErrors) {
        threads.removeIf(thread -> !thread.isAlive());
        threads.add(start("forkless-worker-" + index + "-stdout", prefix, output, to));
        threads.add(start("forkless-worker-" + index + "-stderr", prefix, errors, toErrors));
    }

    private Thread start(String name, String prefix, InputStream from, OutputStream to) {
        return OutputPump.start(name, prefix, from, to, LongLineMemory.SHARED, () -> handedOver);
    }

    /** Another supervisor reads the same pipes. What a thread here waits for now it still copies; then it ends. */
    void handOver() {
        handedOver = true;
    }

    /** Waits until everything is copied, within reason. */
    void awaitEnds() {
        if (handedOver) {
            return;
        }
        long deadline = System.nanoTime() + LAST_WORDS_NANOS;
        try {
            for (Thread thread : threads) {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
