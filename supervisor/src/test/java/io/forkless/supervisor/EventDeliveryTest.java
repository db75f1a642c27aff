package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.supervisor.output.Log;
import io.forkless.supervisor.status.SupervisorEvent;
import io.forkless.supervisor.status.SupervisorEvent.Type;
import io.forkless.supervisor.status.SupervisorListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Listeners that do what they like, and what the others hear nevertheless. */
class EventDeliveryTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final List<Integer> heard = new CopyOnWriteArrayList<>();
    private final CountDownLatch release = new CountDownLatch(1);

    @Test
    void everything_is_heard_in_order() {
        EventDelivery delivery = new EventDelivery(List.of(event -> heard.add(event.worker())));
        tell(delivery, 500);
        delivery.awaitHeard();
        assertThat(heard).containsExactlyElementsOf(numbers(500));
    }

    @Test
    void a_listener_that_throws_hears_the_next_event_and_so_do_the_others() {
        try (CapturedLog log = new CapturedLog()) {
            SupervisorListener failing = new SupervisorListener() {
                @Override
                public void onEvent(SupervisorEvent event) {
                    heard.add(event.worker());
                    throw new NoClassDefFoundError("expected by a test");
                }

                @Override
                public String toString() {
                    return "the failing one";
                }
            };
            List<Integer> other = new CopyOnWriteArrayList<>();
            EventDelivery delivery = new EventDelivery(List.of(failing, event -> other.add(event.worker())));
            tell(delivery, 3);
            delivery.awaitHeard();
            assertThat(heard).containsExactly(0, 1, 2);
            assertThat(other).containsExactly(0, 1, 2);
            Log.flush(LIMIT);
            assertThat(log.lines())
                    .filteredOn(line -> line.startsWith("WARNING the failing one has failed on worker-ready"))
                    .hasSize(3);
        }
    }

    @Test
    void one_that_blocks_for_ever_keeps_nobody_from_hearing_and_what_it_misses_is_told() {
        try (CapturedLog log = new CapturedLog()) {
            List<Integer> other = new CopyOnWriteArrayList<>();
            EventDelivery delivery = new EventDelivery(List.of(event -> block(), event -> other.add(event.worker())));
            for (int hundreds = 1; hundreds <= 11; hundreds++) {
                int told = 100 * hundreds;
                tell(delivery, 100);
                await().atMost(LIMIT).until(() -> other.size() == told);
            }
            Log.flush(LIMIT);
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("is too slow: 1024 events wait, and more are dropped"))
                    .as("%s", log.lines())
                    .hasSize(1);
            release.countDown();
            delivery.awaitHeard();
            Log.flush(LIMIT);
            assertThat(log.lines()).anyMatch(line -> line.contains("was too slow: ") && line.endsWith("were dropped"));
        }
    }

    @Test
    void a_listener_is_known_while_it_is_called() {
        AtomicBoolean known = new AtomicBoolean();
        EventDelivery[] delivery = new EventDelivery[1];
        delivery[0] = new EventDelivery(List.of(event -> known.set(delivery[0].isCalling())));
        tell(delivery[0], 1);
        delivery[0].awaitHeard();
        assertThat(known).isTrue();
        assertThat(delivery[0].isCalling()).isFalse();
    }

    private void block() {
        try {
            release.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void tell(EventDelivery delivery, int count) {
        for (int i : numbers(count)) {
            delivery.tell(new SupervisorEvent(Type.WORKER_READY, i, 1000 + i, "", 1, "worker " + i + ": READY"));
        }
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }
}
