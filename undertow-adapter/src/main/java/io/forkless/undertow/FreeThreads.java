package io.forkless.undertow;

import org.xnio.management.XnioWorkerMXBean;

/** How many threads of an XNIO worker's task pool could take a request now. */
final class FreeThreads {
    /** Of JBoss Threads, whose pools do not count their busy threads otherwise; read once by {@code EnhancedQueueExecutor}. */
    private static final String COUNT_BUSY_THREADS = "jboss.threads.eqe.statistics.active-count";

    private FreeThreads() {}

    /** Is to be called before there is an XNIO worker; else a pool is full only when tasks are queued. */
    static void haveThemCounted() {
        if (System.getProperty(COUNT_BUSY_THREADS) == null) {
            System.setProperty(COUNT_BUSY_THREADS, "true");
        }
    }

    /** @return zero or negative if none, {@link Long#MAX_VALUE} if unknown, as XNIO's own numbers are if negative */
    static long of(XnioWorkerMXBean worker) {
        int queued = worker.getWorkerQueueSize();
        if (queued > 0) {
            return -queued;
        }
        int busy = worker.getBusyWorkerThreadCount();
        int most = worker.getMaxWorkerPoolSize();
        return busy < 0 || most < 0 ? Long.MAX_VALUE : most - busy;
    }
}
