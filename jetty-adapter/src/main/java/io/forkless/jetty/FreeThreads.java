package io.forkless.jetty;

import java.util.concurrent.Executor;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ThreadPool;

/** How many threads of a pool could take a new connection now. */
final class FreeThreads {
    private FreeThreads() {}

    /**
     * Those that a {@link QueuedThreadPool} holds in reserve do not count, as they do not look at its queue, from which an
     * accepted connection is opened. If it holds none, it is about to: then the next request is queued behind the task that
     * makes a free thread a reserved one.
     *
     * @return zero or negative if none, {@link Long#MAX_VALUE} if unknown or if requests run on virtual threads
     */
    static long of(Executor executor) {
        if (!(executor instanceof ThreadPool.SizedThreadPool pool) || VirtualThreads.isUseVirtualThreads(executor)) {
            return Long.MAX_VALUE;
        }
        long free = pool.getMaxThreads() - pool.getThreads() + pool.getIdleThreads();
        return executor instanceof QueuedThreadPool queuing ? free - spokenFor(queuing) : free;
    }

    private static int spokenFor(QueuedThreadPool pool) {
        int reserved = pool.getThreads() - pool.getBusyThreads() - pool.getIdleThreads();
        return pool.getQueueSize() + (pool.getMaxReservedThreads() > 0 && reserved <= 0 ? 1 : 0);
    }
}
