package io.forkless.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.supervisor.status.SupervisorEvent;
import java.time.Instant;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.jr.ob.JSON;

class JsonLogFormatterTest {
    private final JsonLogFormatter formatter = new JsonLogFormatter("web");

    @Test
    void a_record_is_one_line_with_its_fields() {
        LogRecord record = record(Level.INFO, "listening on 127.0.0.1:8080");
        assertThat(formatter.format(record))
                .isEqualTo("{\"time\":\"2026-11-27T05:10:57.040Z\",\"level\":\"INFO\",\"logger\":\"the.logger\","
                        + "\"name\":\"web\",\"message\":\"listening on 127.0.0.1:8080\"}\n");
    }

    @Test
    void an_event_of_a_worker_has_fields_of_its_own() {
        String message = "worker 3 (pid 17): BACKOFF (exited with status 1 {0})";
        LogRecord record = record(Level.WARNING, "{0}");
        record.setParameters(new Object[] {
            new SupervisorEvent(SupervisorEvent.Type.WORKER_DIED, 3, 17, "exited with status 1 {0}", 4, message)
        });
        assertThat(fields(record))
                .containsEntry("message", message)
                .containsEntry("event", "worker-died")
                .containsEntry("worker", 3)
                .containsEntry("pid", 17)
                .containsEntry("reason", "exited with status 1 {0}")
                .containsEntry("workers", 4);
    }

    @Test
    void an_event_of_the_supervisor_has_no_worker() {
        LogRecord record = record(Level.INFO, "{0}");
        record.setParameters(new Object[] {
            new SupervisorEvent(
                    SupervisorEvent.Type.ALL_READY, SupervisorEvent.NONE, SupervisorEvent.NONE, "", 2, "all are ready")
        });
        assertThat(fields(record)).containsEntry("event", "all-ready").doesNotContainKeys("worker", "pid", "reason");
    }

    @Test
    void what_would_break_a_line_does_not() {
        String message = "a \"quoted\"\nsecond line\r\n\ttab \u001b[31m \u0000 grüß \uD83D\uDE00 C:\\temp";
        LogRecord record = record(Level.INFO, message);
        assertThat(formatter.format(record)).matches("[^\\n\\r\\t\\x00\\x1b]*\n");
        assertThat(fields(record)).containsEntry("message", message);
    }

    @Test
    void a_stack_trace_is_a_field() {
        LogRecord record = record(Level.SEVERE, "internal error");
        record.setThrown(new IllegalStateException("why"));
        assertThat(formatter.format(record).lines()).hasSize(1);
        assertThat(fields(record).get("exception"))
                .asString()
                .startsWith("java.lang.IllegalStateException: why")
                .contains("\n\tat " + getClass().getName());
    }

    @ParameterizedTest
    @CsvSource({
        "SEVERE,ERROR",
        "WARNING,WARNING",
        "INFO,INFO",
        "CONFIG,DEBUG",
        "FINE,DEBUG",
        "FINER,TRACE",
        "FINEST,TRACE"
    })
    void levels_are_called_as_the_supervisor_calls_them(String level, String expected) {
        assertThat(fields(record(Level.parse(level), "x"))).containsEntry("level", expected);
    }

    private Map<String, Object> fields(LogRecord record) {
        return JSON.std.mapFrom(formatter.format(record));
    }

    private static LogRecord record(Level level, String message) {
        LogRecord record = new LogRecord(level, message);
        record.setLoggerName("the.logger");
        record.setInstant(Instant.parse("2026-11-27T05:10:57.040Z"));
        return record;
    }
}
