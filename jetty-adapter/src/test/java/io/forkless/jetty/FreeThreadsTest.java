package io.forkless.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.eclipse.jetty.util.thread.ExecutorThreadPool;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.Test;

class FreeThreadsTest {
    @Test
    void a_pool_is_full_when_all_threads_but_the_reserved_one_are_busy() throws Exception {
        QueuedThreadPool pool = new QueuedThreadPool(4, 1);
        CountDownLatch end = new CountDownLatch(1);
        pool.start();
        try {
            for (int busy = 0; busy <= 4; busy++) {
                int free = 3 - busy;
                await().until(() -> FreeThreads.of(pool) == free);
                pool.execute(() -> awaitQuietly(end));
            }
        } finally {
            end.countDown();
            pool.stop();
        }
    }

    @Test
    void other_pools_of_a_known_size_are_counted_as_well() throws Exception {
        ExecutorThreadPool pool = new ExecutorThreadPool(4, 1);
        pool.start();
        try {
            assertThat(FreeThreads.of(pool)).isBetween(1L, 4L);
        } finally {
            pool.stop();
        }
    }

    @Test
    void what_has_no_known_limit_is_never_full() {
        assertThat(FreeThreads.of(Runnable::run)).isEqualTo(Long.MAX_VALUE);

        QueuedThreadPool forVirtualThreads = new QueuedThreadPool();
        forVirtualThreads.setVirtualThreadsExecutor(Executors.newCachedThreadPool());
        if (forVirtualThreads.getVirtualThreadsExecutor() != null) { // JDK 21 and later
            assertThat(FreeThreads.of(forVirtualThreads)).isEqualTo(Long.MAX_VALUE);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
