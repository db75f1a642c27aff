package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ThreadDumpTest {
    private static final int MAX_BYTES = 300 * 1024;

    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);

    @AfterEach
    void end_all() throws InterruptedException {
        end.countDown();
        for (Thread thread : threads) {
            thread.interrupt();
            thread.join();
        }
    }

    @Test
    void it_has_every_thread_with_its_state_and_where_it_is() {
        start("waits-for-the-end", this::awaitEnd);
        String text = ThreadDump.text();
        assertThat(text)
                .startsWith("thread dump of pid " + ProcessHandle.current().pid() + "\n")
                .contains("\"waits-for-the-end\" WAITING on java.util.concurrent.CountDownLatch$Sync@")
                .containsPattern(
                        "    at (app//)?" + ThreadDumpTest.class.getName() + ".awaitEnd\\(ThreadDumpTest.java:")
                .contains("\"" + Thread.currentThread().getName() + "\" RUNNABLE\n")
                .doesNotContain("wait for each other");
        assertThat(ThreadDump.hasDeadlock()).isFalse();
    }

    @Test
    void it_names_who_has_the_lock_that_a_thread_waits_for() {
        ReentrantLock lock = new ReentrantLock();
        start("owner", () -> {
            lock.lock();
            awaitEnd();
            lock.unlock();
        });
        start("waiter", () -> lockAndUnlock(lock));
        assertThat(ThreadDump.text())
                .containsPattern(
                        "\"waiter\" WAITING on java.util.concurrent.locks.ReentrantLock\\$NonfairSync@[0-9a-f]+"
                                + " held by \"owner\"\n");
        assertThat(ThreadDump.hasDeadlock()).isFalse();
    }

    @Test
    void a_deadlock_comes_first() {
        ReentrantLock one = new ReentrantLock();
        ReentrantLock other = new ReentrantLock();
        CountDownLatch bothHoldOne = new CountDownLatch(2);
        start("philosopher-1", () -> lockBoth(one, other, bothHoldOne));
        start("philosopher-2", () -> lockBoth(other, one, bothHoldOne));
        Awaitility.await().until(ThreadDump::hasDeadlock);
        String text = ThreadDump.text();
        assertThat(text.lines().skip(1).findFirst()).contains("these threads wait for each other:");
        String first = text.substring(0, text.indexOf("all threads:\n"));
        assertThat(first).contains("held by \"philosopher-1\"\n", "held by \"philosopher-2\"\n");
        assertThat(first.lines().filter(line -> line.startsWith("\""))).hasSize(2);
    }

    @Test
    void a_deep_stack_is_cut() {
        start("deep", () -> recurse(500));
        assertThat(ThreadDump.text()).containsPattern("\"deep\" WAITING[^\"]*    … 4[0-9][0-9] more\n");
    }

    @Test
    void many_threads_are_cut() {
        for (int i = 0; i < 300; i++) {
            start("many-" + i, () -> recurse(50));
        }
        String text = ThreadDump.text();
        assertThat(text).endsWith("… and more threads\n");
        assertThat(text.length()).isLessThan(MAX_BYTES);
    }

    /** Returns as soon as the thread waits. */
    private void start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        threads.add(thread);
        thread.start();
        if (!name.startsWith("philosopher")) {
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> thread.getState() == Thread.State.WAITING);
        }
    }

    private void recurse(int depth) {
        if (depth == 0) {
            awaitEnd();
        } else {
            recurse(depth - 1);
        }
    }

    private void awaitEnd() {
        try {
            end.await();
        } catch (InterruptedException e) {
            // the end as well
        }
    }

    private static void lockBoth(ReentrantLock first, ReentrantLock second, CountDownLatch bothHoldOne) {
        first.lock();
        try {
            bothHoldOne.countDown();
            bothHoldOne.await();
            second.lockInterruptibly();
            second.unlock();
        } catch (InterruptedException e) {
            // this is how the test ends the deadlock
        } finally {
            first.unlock();
        }
    }

    private static void lockAndUnlock(ReentrantLock lock) {
        lock.lock();
        lock.unlock();
    }
}
