package io.forkless.supervisor.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.supervisor.CapturedLog;
import io.forkless.supervisor.pool.Timers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventLoopTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String NAME = "event-loop-test";

    private final List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
    private EventLoop loop;

    @BeforeEach
    void start() throws Exception {
        loop = new EventLoop(NAME);
        loop.start();
    }

    @AfterEach
    void stop() {
        loop.stop();
        await().atMost(LIMIT).until(() -> !isRunning());
    }

    @Test
    void tasks_run_in_the_order_in_which_they_came() throws Exception {
        IntStream.range(0, 1000).forEach(i -> loop.execute(() -> ran.add(i)));
        settle();
        assertThat(ran)
                .containsExactlyElementsOf(IntStream.range(0, 1000).boxed().toList());
    }

    @Test
    void all_tasks_run_on_the_one_thread() throws Exception {
        CompletableFuture<Thread> first = new CompletableFuture<>();
        CompletableFuture<Thread> second = new CompletableFuture<>();
        loop.execute(() -> first.complete(Thread.currentThread()));
        loop.execute(() -> loop.after(Duration.ofMillis(1), () -> second.complete(Thread.currentThread())));
        assertThat(second.get(30, TimeUnit.SECONDS)).isSameAs(first.get());
        assertThat(first.get().getName()).isEqualTo(NAME);
    }

    @Test
    void tasks_that_come_before_the_start_wait_for_it() throws Exception {
        EventLoop late = new EventLoop(NAME + "-late");
        CountDownLatch done = new CountDownLatch(1);
        late.execute(done::countDown);
        late.start();
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        late.stop();
    }

    @Test
    void timers_run_in_the_order_of_their_time_and_not_before_it() throws Exception {
        CompletableFuture<Long> early = new CompletableFuture<>();
        loop.execute(() -> {
            long start = System.nanoTime();
            loop.after(Duration.ofMillis(150), () -> ran.add(3));
            loop.after(Duration.ofMillis(50), () -> {
                ran.add(1);
                early.complete(System.nanoTime() - start);
            });
            loop.after(Duration.ofMillis(100), () -> ran.add(2));
            loop.after(Duration.ZERO, () -> ran.add(0));
        });
        await().atMost(LIMIT).until(() -> ran.size() == 4);
        assertThat(ran).containsExactly(0, 1, 2, 3);
        assertThat(early.get()).isGreaterThanOrEqualTo(50_000_000);
    }

    @Test
    void a_cancelled_timer_does_not_run() throws Exception {
        loop.execute(() -> {
            Timers.Timer cancelled = loop.after(Duration.ofMillis(20), () -> ran.add(1));
            loop.after(Duration.ofMillis(100), () -> ran.add(2));
            loop.after(Duration.ofMillis(10), cancelled::cancel);
        });
        await().atMost(LIMIT).until(() -> !ran.isEmpty());
        assertThat(ran).containsExactly(2);
    }

    @Test
    void a_timer_can_be_cancelled_after_it_has_run() throws Exception {
        CompletableFuture<Timers.Timer> timer = new CompletableFuture<>();
        loop.execute(() -> timer.complete(loop.after(Duration.ZERO, () -> ran.add(1))));
        await().atMost(LIMIT).until(() -> ran.size() == 1);
        loop.execute(timer.get()::cancel);
        loop.execute(() -> ran.add(2));
        settle();
        assertThat(ran).containsExactly(1, 2);
    }

    @Test
    void a_task_that_fails_does_not_end_the_loop() throws Exception {
        try (CapturedLog log = new CapturedLog()) {
            loop.execute(() -> {
                throw new IllegalStateException("a defect");
            });
            loop.execute(() -> {
                throw new NoClassDefFoundError("as when no file can be opened any more");
            });
            loop.execute(() -> loop.after(Duration.ZERO, () -> {
                throw new IllegalStateException("another defect");
            }));
            await().atMost(LIMIT).until(() -> log.lines().size() == 3);
            assertThat(log.lines()).containsOnly("SEVERE internal error in the supervisor");
        }
        loop.execute(() -> ran.add(1));
        settle();
        assertThat(ran).containsExactly(1);
    }

    @Test
    void a_channel_is_served_when_it_is_ready_whatever_its_handler_throws() throws Exception {
        CountDownLatch twice = new CountDownLatch(2);
        try (ServerSocketChannel server = listening();
                CapturedLog log = new CapturedLog()) {
            register(server, () -> {
                try (SocketChannel accepted = server.accept()) {
                    assertThat(accepted).isNotNull();
                    twice.countDown();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                throw new IllegalStateException("a defect");
            });
            connect(server);
            connect(server);
            assertThat(twice.await(30, TimeUnit.SECONDS)).isTrue();
            await().atMost(LIMIT).until(() -> log.lines().size() == 2);
        }
    }

    @Test
    void stop_ends_the_thread_and_closes_every_channel() throws Exception {
        ServerSocketChannel server = listening();
        register(server, () -> {});
        loop.stop();
        await().atMost(LIMIT).until(() -> !isRunning());
        assertThat(server.isOpen()).isFalse();
    }

    @Test
    void a_stopped_loop_takes_tasks_and_does_not_run_them() {
        loop.stop();
        await().atMost(LIMIT).until(() -> !isRunning());
        loop.execute(() -> ran.add(1));
        loop.stop();
        assertThat(ran).isEmpty();
    }

    @Test
    void an_idle_loop_uses_no_processor_time() throws Exception {
        loop.execute(() -> loop.after(Duration.ofHours(1), () -> {}));
        settle();
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long id = thread().getId();
        long before = threads.getThreadCpuTime(id);
        Thread.sleep(300); // a span to measure, not a wait for something
        assertThat(threads.getThreadCpuTime(id) - before).isLessThan(50_000_000);
    }

    private void register(ServerSocketChannel server, Runnable onReady) throws Exception {
        CompletableFuture<SelectionKey> key = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                key.complete(loop.register(server, SelectionKey.OP_ACCEPT, onReady));
            } catch (IOException e) {
                key.completeExceptionally(e);
            }
        });
        key.get(30, TimeUnit.SECONDS);
    }

    private static ServerSocketChannel listening() throws Exception {
        return ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private static void connect(ServerSocketChannel server) throws Exception {
        InetSocketAddress address = (InetSocketAddress) server.getLocalAddress();
        new Socket(address.getAddress(), address.getPort()).close();
    }

    /** Returns when every task before it has run. */
    private void settle() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        loop.execute(done::countDown);
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    }

    private static boolean isRunning() {
        return thread() != null;
    }

    private static Thread thread() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(NAME))
                .findAny()
                .orElse(null);
    }
}
