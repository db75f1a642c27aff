package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With the ends of the process replaced by notes of what would have happened. */
class DrainTest {
    private static final Duration LONG = Duration.ofSeconds(100);

    private final List<String> events = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Integer> exits = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> halts = new LinkedBlockingQueue<>();
    private final CountDownLatch never = new CountDownLatch(1);

    @BeforeEach
    void no_thread_is_left_from_before() {
        assertThat(drainThreads()).isEmpty();
    }

    /** A real process ends with its threads; here they must be told. */
    @AfterEach
    void end_all_threads() {
        never.countDown();
        await().untilAsserted(() -> {
            drainThreads().forEach(Thread::interrupt);
            assertThat(drainThreads()).isEmpty();
        });
    }

    @Test
    void without_handlers_the_process_exits_at_once_with_status_0() throws Exception {
        drain(LONG).begin("test");

        assertThat(exitStatus()).isZero();
        assertThat(events).containsExactly("afterwards");
    }

    @Test
    void handlers_run_at_the_same_time_and_all_return_before_the_exit() throws Exception {
        CountDownLatch together = new CountDownLatch(2);
        Drain drain = drain(LONG);
        for (int i = 0; i < 2; i++) {
            drain.add(limit -> {
                together.countDown();
                together.await(); // one after the other would never get past this
                events.add("drained");
            });
        }

        drain.begin("test");

        assertThat(exitStatus()).isZero();
        assertThat(events).containsExactly("drained", "drained", "afterwards");
    }

    @Test
    void a_handler_is_told_nine_tenths_of_the_time_out() throws Exception {
        BlockingQueue<Duration> limits = new LinkedBlockingQueue<>();
        Drain drain = drain(Duration.ofMillis(100_001));
        drain.add(limits::add);

        drain.begin("test");

        assertThat(limits.poll(30, TimeUnit.SECONDS)).isEqualTo(Duration.ofNanos(90_000_900_000L));
    }

    @Test
    void a_second_begin_has_no_effect() throws Exception {
        Drain drain = drain(LONG);
        drain.add(limit -> events.add("drained"));

        assertThat(drain.hasBegun()).isFalse();
        drain.begin("first");
        drain.begin("second");

        assertThat(drain.hasBegun()).isTrue();
        assertThat(exitStatus()).isZero();
        assertThat(drainThreads())
                .filteredOn(thread -> thread.getName().equals("forkless-drain-deadline"))
                .hasSize(1);
        assertThat(events).containsExactly("drained", "afterwards");
    }

    @Test
    void a_handler_that_comes_too_late_is_refused() {
        Drain drain = drain(LONG);
        drain.begin("test");

        assertThatIllegalStateException()
                .isThrownBy(() -> drain.add(limit -> {}))
                .withMessage("this worker is draining already");
    }

    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, NoClassDefFoundError.class, StackOverflowError.class})
    void a_handler_that_fails_lets_the_others_drain_and_has_not_drained_itself(Class<? extends Throwable> failure)
            throws Exception {
        Drain drain = drain(LONG);
        drain.add(limit -> {
            Throwable expected = failure.getDeclaredConstructor().newInstance();
            if (expected instanceof Error error) {
                throw error;
            }
            throw (Exception) expected;
        });
        drain.add(limit -> events.add("drained"));

        drain.begin("test");

        assertThat(exitStatus()).isOne();
        assertThat(events).containsExactly("drained"); // no word to the supervisor that all is well
    }

    @Test
    void a_last_word_that_fails_does_not_keep_the_process() throws Exception {
        Drain drain = new Drain(
                LONG,
                () -> {
                    throw new OutOfMemoryError("expected by a test");
                },
                () -> {},
                exits::add,
                halts::add);

        drain.begin("test");

        assertThat(exitStatus()).isOne();
    }

    @Test
    void a_handler_that_hangs_ends_in_an_exit_with_status_1_before_the_time_out() throws Exception {
        Drain drain = drain(Duration.ofSeconds(3));
        drain.add(limit -> never.await());
        drain.add(limit -> never.await());
        drain.add(limit -> events.add("drained"));

        long start = System.nanoTime();
        drain.begin("test");

        assertThat(exitStatus()).isOne();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(2699));
        assertThat(events).containsExactly("drained", "before the cut"); // no word to the supervisor that all is well
    }

    @Test
    void a_server_that_is_stopped_with_connections_has_not_drained_although_its_handler_returns() throws Exception {
        Drain drain = drain(Duration.ofSeconds(3));
        drain.add(new GracefulDrain(new BusyServer()));

        drain.begin("test");

        assertThat(exitStatus()).isOne();
        assertThat(events).contains("before the cut").doesNotContain("afterwards");
    }

    @Test
    void an_exit_that_hangs_ends_in_a_halt_with_status_1_at_the_time_out() throws Exception {
        Drain drain = new Drain(
                Duration.ofMillis(300),
                () -> events.add("afterwards"),
                () -> {},
                status -> {
                    exits.add(status);
                    awaitNever();
                },
                halts::add);

        long start = System.nanoTime();
        drain.begin("test");

        assertThat(exitStatus()).isZero();
        assertThat(halts.poll(30, TimeUnit.SECONDS)).isOne();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(300));
    }

    @Test
    void a_last_word_that_hangs_ends_in_a_halt_as_well() throws Exception {
        Drain drain = new Drain(Duration.ofMillis(300), this::awaitNever, () -> {}, exits::add, halts::add);

        drain.begin("test");

        assertThat(halts.poll(30, TimeUnit.SECONDS)).isOne();
        assertThat(exits).isEmpty();
    }

    @Test
    void each_handler_is_prepared_once_whatever_befalls_another_one() {
        Drain drain = drain(LONG);
        drain.add(handler("first", new NoClassDefFoundError("expected by a test")));
        drain.add(handler("second", null));
        drain.prepare();
        drain.add(handler("third", null));
        drain.prepare();
        drain.prepare();
        assertThat(events).containsExactly("first", "second", "third");
    }

    private DrainHandler handler(String name, Error failure) {
        return new DrainHandler() {
            @Override
            public void drain(Duration limit) {
                // not in this test
            }

            @Override
            public void prepare() {
                events.add(name);
                if (failure != null) {
                    throw failure;
                }
            }
        };
    }

    /** The application's logging may be in a jar that is not what it was. */
    @Test
    void a_log_that_fails_does_not_end_the_drain() throws Exception {
        Logger logger = Logger.getLogger(Worker.class.getName());
        Handler broken = new Handler() {
            @Override
            public void publish(LogRecord record) {
                throw new NoClassDefFoundError("expected by a test");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(broken);
        try {
            Drain drain = drain(LONG);
            drain.add(limit -> {
                Thread.sleep(100);
                events.add("drained");
            });
            drain.begin("test");
            assertThat(exitStatus()).isZero();
            assertThat(events).containsExactly("drained", "afterwards");
        } finally {
            logger.removeHandler(broken);
        }
    }

    /** It has a connection that does not end. */
    private static final class BusyServer implements DrainableServer {
        @Override
        public void stopAccepting() {}

        @Override
        public void announceEnd() {}

        @Override
        public boolean isDrained() {
            return false;
        }

        @Override
        public void closeIdle() {}

        @Override
        public void stop() {}
    }

    private Drain drain(Duration timeout) {
        return new Drain(
                timeout, () -> events.add("afterwards"), () -> events.add("before the cut"), exits::add, halts::add);
    }

    private int exitStatus() throws InterruptedException {
        Integer status = exits.poll(30, TimeUnit.SECONDS);
        assertThat(status).as("it exits").isNotNull();
        return status;
    }

    private void awaitNever() {
        try {
            never.await();
        } catch (InterruptedException e) {
            // the test has seen enough
        }
    }

    private static List<Thread> drainThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("forkless-drain"))
                .toList();
    }
}
