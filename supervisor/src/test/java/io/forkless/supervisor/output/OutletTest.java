package io.forkless.supervisor.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** For a reader that stands still until the test lets it read. */
@Timeout(60)
class OutletTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofMillis(50);
    private static final int CAPACITY = 4;
    private static final int MAX_BYTES = 1000;

    private final List<String> written = new CopyOnWriteArrayList<>();
    private final CountDownLatch reading = new CountDownLatch(1);
    private final CountDownLatch standsStill = new CountDownLatch(1);
    private final Outlet outlet =
            new Outlet("outlet-test", CAPACITY, MAX_BYTES, dropped -> written.add(dropped + " dropped"));

    @AfterEach
    void read() {
        reading.countDown();
        assertThat(outlet.flush(LIMIT)).isTrue();
    }

    @Test
    void everything_is_written_in_its_order() {
        IntStream.range(0, 1000).forEach(i -> outlet.offer(() -> written.add("" + i), 0, LIMIT));
        assertThat(outlet.flush(LIMIT)).isTrue();
        assertThat(written)
                .containsExactlyElementsOf(
                        IntStream.range(0, 1000).mapToObj(i -> "" + i).toList());
    }

    @Test
    void nobody_waits_for_a_reader_that_stands_still_and_what_was_dropped_is_told_at_its_place() throws Exception {
        standStill();
        IntStream.range(0, 10).forEach(i -> outlet.offer(() -> written.add("" + i)));
        assertThat(outlet.flush(SOON)).isFalse();
        assertThat(written).isEmpty();

        reading.countDown();
        assertThat(outlet.flush(LIMIT)).isTrue();
        outlet.offer(() -> written.add("on"));
        assertThat(outlet.flush(LIMIT)).isTrue();
        assertThat(written).containsExactly("0", "1", "2", "3", "6 dropped", "on");
    }

    @Test
    void who_has_patience_waits_for_a_slow_reader_and_not_for_one_that_stands_still() throws Exception {
        for (int i = 0; i < 10; i++) { // each well within the patience, all together not
            outlet.offer(() -> pause(300), 0, Duration.ofSeconds(2));
        }
        assertThat(outlet.flush(LIMIT)).isTrue();
        assertThat(written).isEmpty();

        standStill();
        IntStream.range(0, 6).forEach(i -> outlet.offer(() -> written.add("" + i), 0, SOON));
        reading.countDown();
        assertThat(outlet.flush(LIMIT)).isTrue();
        assertThat(written).containsExactly("0", "1", "2", "3", "2 dropped");
    }

    @Test
    void what_waits_is_bounded_by_its_bytes_too() throws Exception {
        standStill();
        outlet.offer(() -> written.add("400"), 400, Duration.ZERO);
        outlet.offer(() -> written.add("600"), 600, Duration.ZERO);
        outlet.offer(() -> written.add("1"), 1, Duration.ZERO);
        reading.countDown();
        assertThat(outlet.flush(LIMIT)).isTrue();
        assertThat(written).containsExactly("400", "600", "1 dropped");
    }

    @Test
    void one_that_has_more_bytes_than_may_wait_waits_alone() throws Exception {
        standStill();
        outlet.offer(() -> written.add("5000"), 5000, Duration.ZERO);
        outlet.offer(() -> written.add("1"), 1, Duration.ZERO);
        reading.countDown();
        assertThat(outlet.flush(LIMIT)).isTrue();
        assertThat(written).containsExactly("5000", "1 dropped");
    }

    @Test
    void a_long_line_may_take_longer() throws Exception {
        int bytes = 100_000; // a second more
        outlet.offer(
                () -> {
                    standsStill.countDown();
                    pause(500);
                },
                bytes,
                Duration.ZERO);
        standsStill.await();
        IntStream.range(0, 6).forEach(i -> outlet.offer(() -> written.add("" + i), 0, SOON));
        assertThat(outlet.flush(LIMIT)).isTrue();
        assertThat(written).containsExactly("0", "1", "2", "3", "4", "5");
    }

    @Test
    void what_cannot_be_written_does_not_keep_the_others() {
        outlet.offer(() -> {
            throw new OutOfMemoryError("expected by a test");
        });
        outlet.offer(() -> {
            throw new IllegalStateException("expected by a test");
        });
        outlet.offer(() -> written.add("on"));
        assertThat(outlet.flush(LIMIT)).isTrue();
        assertThat(written).containsExactly("on");
    }

    @Test
    void the_thread_that_writes_may_ask_for_everything_to_be_written() {
        outlet.offer(() -> written.add("flushed: " + outlet.flush(LIMIT)));
        assertThat(outlet.flush(LIMIT)).isTrue();
        assertThat(written).containsExactly("flushed: false");
    }

    @Test
    void the_thread_goes_and_comes_as_needed() {
        outlet.offer(() -> written.add("one"));
        await().atMost(LIMIT).until(() -> threads() == 0);
        outlet.offer(() -> written.add("two"));
        assertThat(outlet.flush(LIMIT)).isTrue();
        assertThat(written).containsExactly("one", "two");
        assertThat(threads()).isOne();
    }

    private void standStill() throws InterruptedException {
        outlet.offer(() -> {
            standsStill.countDown();
            awaitReader();
        });
        standsStill.await();
    }

    private void awaitReader() {
        try {
            reading.await();
        } catch (InterruptedException e) {
            // the test has seen enough
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            // the test has seen enough
        }
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("outlet-test"))
                .count();
    }
}
