package io.forkless.supervisor.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LogTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final CountDownLatch reading = new CountDownLatch(1);
    private final Log log = new Log(new SlowLogger(), 4);

    @Test
    void nobody_waits_for_the_reader_and_what_was_dropped_is_reported_once_there_is_room() {
        for (int i = 0; i < 100; i++) {
            log.log(Level.INFO, "message {0}", i);
        }
        assertThat(lines).isEmpty();
        reading.countDown();
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(lines)
                        .last()
                        .asString()
                        .matches("WARNING 9[56] messages were dropped: the log's reader is too slow"));
        assertThat(lines).startsWith("INFO message 0", "INFO message 1", "INFO message 2", "INFO message 3");
    }

    @Test
    void a_message_tells_what_was_when_it_was_logged() {
        StringBuilder state = new StringBuilder("before");
        log.log(Level.INFO, "it's {0}", "never mind the quote");
        log.log(Level.INFO, "state {0}", state);
        log.log(Level.INFO, "braces {0} as they are");
        log.log(Level.WARNING, "failed", new IllegalStateException("why"));
        state.replace(0, state.length(), "after");
        reading.countDown();
        await().atMost(LIMIT).until(() -> lines.size() == 4);
        assertThat(lines)
                .containsExactly(
                        "INFO its {0}",
                        "INFO state before",
                        "INFO braces {0} as they are",
                        "WARNING failed java.lang.IllegalStateException: why");
    }

    @Test
    void an_object_is_handed_on_with_its_line() {
        reading.countDown();
        Object entry = List.of("an", "object");
        log.log(Level.INFO, entry);
        log.log(Level.DEBUG, entry);
        log.log(Level.WARNING, "end");
        await().atMost(LIMIT).until(() -> lines.equals(List.of("INFO {0} [[an, object]]", "WARNING end")));
    }

    @Test
    void to_log_throws_nothing() {
        log.log(Level.INFO, "not a format {", 1);
        log.log(Level.INFO, "{0}", new Object() {
            @Override
            public String toString() {
                throw new StackOverflowError("expected by a test");
            }
        });
        reading.countDown();
        await().atMost(LIMIT).until(() -> lines.equals(List.of("INFO not a format {", "INFO {0}")));
    }

    @Test
    void what_nobody_wants_to_read_is_not_written() {
        reading.countDown();
        log.log(Level.DEBUG, "no");
        log.log(Level.DEBUG, "no", new IllegalStateException());
        log.log(Level.INFO, "yes");
        await().atMost(LIMIT).until(() -> lines.equals(List.of("INFO yes")));
        assertThat(log.getName()).isEqualTo("slow");
    }

    private final class SlowLogger implements System.Logger {
        @Override
        public String getName() {
            return "slow";
        }

        @Override
        public boolean isLoggable(Level level) {
            return level.compareTo(Level.INFO) >= 0;
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
            try {
                reading.await();
            } catch (InterruptedException e) {
                // the test has seen enough
            }
            lines.add(level + " " + message + (thrown == null ? "" : " " + thrown));
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
            log(level, bundle, format + (parameters == null ? "" : " " + List.of(parameters)), (Throwable) null);
        }
    }
}
