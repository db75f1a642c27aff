package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.internal.control.ControlMessage;
import io.forkless.internal.control.ControlMessage.Ready;
import io.forkless.internal.control.ControlMessage.Unready;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReadinessTest {
    private final List<ControlMessage> sent = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean draining;
    private final Readiness readiness = new Readiness(sent::add, () -> draining);

    @Test
    void a_worker_that_nobody_holds_is_ready_when_it_has_started_and_says_so_once() {
        readiness.started();
        readiness.started();

        assertThat(sent).containsExactly(new Ready());
    }

    @Test
    void a_start_while_somebody_holds_is_reported_with_the_last_release() {
        ReadyHold first = readiness.hold();
        ReadyHold second = readiness.hold();
        readiness.started();
        first.close();
        assertThat(sent).isEmpty();

        second.close();

        assertThat(sent).containsExactly(new Ready());
    }

    @Test
    void another_supervisor_hears_how_it_stands_and_then_of_what_changes() throws Exception {
        readiness.introduce(ready -> assertThat(ready).isFalse());
        readiness.started();
        ReadyHold hold = readiness.hold();
        readiness.introduce(ready -> assertThat(ready).isFalse());
        hold.close();

        readiness.introduce(ready -> {
            assertThat(ready).isTrue();
            FutureTask<Void> change = new FutureTask<>(readiness::hold, null);
            new Thread(change, "test-hold").start();
            assertThat(change)
                    .as("it waits until the introduction is on its way")
                    .isNotDone();
            sent.clear();
        });

        await().untilAsserted(() -> assertThat(sent).containsExactly(new Unready()));
    }

    @Test
    void holds_that_are_released_before_the_start_leave_no_trace() {
        readiness.hold().close();
        assertThat(sent).isEmpty();

        readiness.started();

        assertThat(sent).containsExactly(new Ready());
    }

    @Test
    void a_later_hold_makes_it_unready_until_the_last_release() {
        readiness.started();
        ReadyHold first = readiness.hold();
        ReadyHold second = readiness.hold();
        first.close();
        assertThat(sent).containsExactly(new Ready(), new Unready());

        second.close();

        assertThat(sent).containsExactly(new Ready(), new Unready(), new Ready());
    }

    @Test
    void a_hold_that_is_closed_twice_releases_no_other_one() {
        ReadyHold first = readiness.hold();
        readiness.hold();
        readiness.started();

        first.close();
        first.close();

        assertThat(sent).isEmpty();
    }

    @Test
    void nothing_is_reported_while_the_worker_drains() {
        readiness.started();
        draining = true;

        readiness.hold().close();
        readiness.hold();

        assertThat(sent).containsExactly(new Ready());
    }

    @Test
    void reports_of_many_threads_alternate_and_end_with_the_truth() throws Exception {
        readiness.started();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        for (int i = 0; i < 2000; i++) {
            threads.execute(() -> readiness.hold().close());
        }
        threads.shutdown();

        assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        assertThat(sent).hasSizeGreaterThan(1);
        for (int i = 0; i < sent.size(); i++) {
            assertThat(sent.get(i)).isEqualTo(i % 2 == 0 ? new Ready() : new Unready());
        }
        assertThat(sent.get(sent.size() - 1)).isEqualTo(new Ready());
    }
}
