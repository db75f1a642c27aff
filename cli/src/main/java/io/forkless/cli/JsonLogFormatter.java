package io.forkless.cli;

import io.forkless.supervisor.status.SupervisorEvent;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import tools.jackson.jr.ob.JSON;

/** Each record as an object of JSON in one line, with what a {@link SupervisorEvent} tells in fields of its own. */
final class JsonLogFormatter extends Formatter {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private static final List<System.Logger.Level> LEVELS = List.of(
            System.Logger.Level.DEBUG,
            System.Logger.Level.INFO,
            System.Logger.Level.WARNING,
            System.Logger.Level.ERROR);

    private final String name;

    /** @param name of the supervisor */
    JsonLogFormatter(String name) {
        this.name = name;
    }

    @Override
    public String format(LogRecord record) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("time", TIME.format(record.getInstant()));
        fields.put("level", level(record.getLevel()));
        fields.put("logger", record.getLoggerName());
        fields.put("name", name);
        fields.put("message", formatMessage(record));
        Object[] parameters = record.getParameters();
        if (parameters != null && parameters.length > 0 && parameters[0] instanceof SupervisorEvent event) {
            addEvent(fields, event);
        }
        if (record.getThrown() != null) {
            fields.put("exception", stackTrace(record.getThrown()));
        }
        return JSON.std.asString(fields) + "\n";
    }

    private static void addEvent(Map<String, Object> fields, SupervisorEvent event) {
        fields.put("event", event.type().id());
        if (event.worker() != SupervisorEvent.NONE) {
            fields.put("worker", event.worker());
        }
        if (event.pid() != SupervisorEvent.NONE) {
            fields.put("pid", event.pid());
        }
        if (!event.reason().isEmpty()) {
            fields.put("reason", event.reason());
        }
        fields.put("workers", event.workers());
    }

    /** As {@link System.Logger.Level} calls them, in which the supervisor logs. */
    private static String level(Level level) {
        int value = level.intValue();
        System.Logger.Level found = System.Logger.Level.TRACE;
        for (System.Logger.Level candidate : LEVELS) {
            if (candidate.getSeverity() <= value) {
                found = candidate;
            }
        }
        return found.getName();
    }

    private static String stackTrace(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
