package io.forkless.supervisor.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CallsTest {
    private EventLoop loop;
    private Calls calls;

    @BeforeEach
    void start() throws Exception {
        loop = new EventLoop("calls-test");
        calls = new Calls(loop);
        loop.start();
    }

    @AfterEach
    void stop() {
        loop.stop();
    }

    @Test
    void what_depends_on_a_result_delays_nobody() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        CompletableFuture<Void> endless = new CompletableFuture<>();
        CompletableFuture<Void> call = new CompletableFuture<>();
        calls.call(() -> endless).thenRun(() -> {
            call.complete(null);
            awaitQuietly(over);
        });
        loop.execute(() -> endless.complete(null));
        call.get(30, TimeUnit.SECONDS);
        assertThat(calls.<String>ask(() -> Thread.currentThread().getName())).isEqualTo("calls-test");
        over.countDown();
    }

    @Test
    void a_call_that_fails_is_answered_even_if_it_is_with_an_error() {
        CompletableFuture<String> result = calls.call(() -> {
            throw new StackOverflowError("expected by a test");
        });
        assertThatThrownBy(() -> result.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(StackOverflowError.class);
    }

    @Test
    void the_loop_does_not_wait_for_itself() {
        CompletableFuture<String> result =
                calls.call(() -> CompletableFuture.completedFuture(calls.ask(() -> "never")));
        assertThatThrownBy(() -> result.get(30, TimeUnit.SECONDS))
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cannot wait for itself");
    }

    @Test
    void the_end_answers_every_call_whatever_the_callers_do_then() {
        CountDownLatch over = new CountDownLatch(1);
        CompletableFuture<String> one = calls.call(CompletableFuture::new);
        CompletableFuture<String> other = calls.call(CompletableFuture::new);
        one.whenComplete((nothing, failure) -> awaitQuietly(over));
        other.whenComplete((nothing, failure) -> awaitQuietly(over));
        loop.stop();
        calls.end();
        for (CompletableFuture<String> result : List.of(one, other, calls.<String>call(CompletableFuture::new))) {
            assertThatThrownBy(() -> result.get(30, TimeUnit.SECONDS)).hasMessageContaining("has ended");
        }
        over.countDown();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            // the test has seen enough
        }
    }
}
