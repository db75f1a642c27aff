package io.forkless.tck.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Callable;

/** When a drain began, and what it may take. */
record Drain(long beganNanos) {
    static final Duration GRACE = Duration.ofSeconds(1);

    /** Longer than the grace: what is idle for so long is gone. */
    static final Duration PAUSE = GRACE.multipliedBy(3);

    /** For a slow machine, and still well before the longest request has ended. */
    private static final Duration SLACK = Duration.ofSeconds(3);

    /** For a slow machine, and still far from the drain time-out. */
    private static final Duration SLACK_AT_THE_END = Duration.ofSeconds(10);

    static Drain beginsNow() {
        return new Drain(System.nanoTime());
    }

    /** Returns when everything that was idle when the drain began has been closed. */
    void pause() throws InterruptedException {
        Thread.sleep(PAUSE.toMillis());
    }

    /** Waits for the end of a connection on which nothing has been under way since the drain began. */
    void assertEndsInTime(Callable<Boolean> end) throws Exception {
        assertThat(end.call()).as("ended by the server, with nothing before").isTrue();
        assertThat(elapsed()).isLessThan(GRACE.plusSeconds(1).plus(SLACK));
    }

    /** @param rest from the end of the last request to that of the worker */
    static void assertEndsWithLastRequest(Duration rest) {
        assertThat(rest).isLessThan(GRACE.plusSeconds(2).plus(SLACK_AT_THE_END));
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - beganNanos);
    }
}
