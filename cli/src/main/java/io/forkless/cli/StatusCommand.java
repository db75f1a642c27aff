package io.forkless.cli;

import io.forkless.supervisor.admin.AdminClient;
import io.forkless.supervisor.admin.AdminClient.FailedException;
import io.forkless.supervisor.admin.AdminClient.RefusedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.jr.ob.JSON;

/** {@code forkless status}. */
@Command(
        name = "status",
        description =
                "Shows the workers: state, age, restarts, connections accepted and open, memory, and why the previous"
                        + " process ended.",
        exitCodeList = {
            "0:at least one worker is ready",
            AdminCommand.USAGE,
            AdminCommand.UNREACHABLE,
            "7:no worker is ready"
        })
final class StatusCommand extends AdminCommand {
    private static final String ROW = "%6s  %8s  %-8s  %9s  %8s  %9s  %6s  %8s  %8s  %s%n";
    static final String LAST_FIELD = "lastExit";

    @Option(names = "--json", description = "For programs: times in milliseconds, memory in bytes, -1 if unknown.")
    private boolean json;

    @Override
    int execute(AdminClient supervisor, PrintWriter out) throws IOException, RefusedException, FailedException {
        supervisor.execute("status", "");
        List<Map<String, String>> workers =
                supervisor.reports().stream().map(StatusCommand::fields).toList();
        List<String> remarks = remarks(supervisor);
        if (json) {
            out.println(json(supervisor, workers, remarks));
        } else {
            table(supervisor, workers, out);
            remarks.forEach(out::println);
        }
        boolean serves = workers.stream().anyMatch(worker -> worker.get("state").equals("READY"));
        return serves ? ExitStatus.OK : ExitStatus.NOT_SERVING;
    }

    /** None of a supervisor that is older than they are. */
    private static List<String> remarks(AdminClient supervisor) throws IOException, FailedException {
        try {
            supervisor.execute("remarks", "");
            return supervisor.reports();
        } catch (RefusedException e) {
            return List.of();
        }
    }

    private static void table(AdminClient supervisor, List<Map<String, String>> workers, PrintWriter out) {
        out.println("supervisor " + supervisor.name() + " (pid " + supervisor.pid() + ")");
        out.printf(ROW, "WORKER", "PID", "STATE", "UPTIME", "RESTARTS", "ACCEPTED", "OPEN", "HEAP", "RSS", "LAST EXIT");
        for (Map<String, String> worker : workers) {
            out.printf(
                    ROW,
                    worker.get("index"),
                    worker.get("pid").equals("-1") ? "-" : worker.get("pid"),
                    worker.get("state"),
                    uptime(Long.parseLong(worker.get("uptimeMillis"))),
                    worker.get("restarts"),
                    worker.get("accepted"),
                    worker.get("open"),
                    mebibytes(worker.get("heapUsed")),
                    mebibytes(worker.get("resident")),
                    worker.get(LAST_FIELD).isEmpty() ? "-" : worker.get(LAST_FIELD));
        }
    }

    private static String uptime(long millis) {
        Duration uptime = Duration.ofMillis(millis);
        return uptime.toDays() > 0
                ? uptime.toDays() + "d " + uptime.toHoursPart() + "h"
                : uptime.toHours() > 0
                        ? uptime.toHours() + "h " + uptime.toMinutesPart() + "m"
                        : uptime.toMinutes() > 0
                                ? uptime.toMinutes() + "m " + uptime.toSecondsPart() + "s"
                                : uptime.toSeconds() + "s";
    }

    private static String mebibytes(String bytes) {
        long value = Long.parseLong(bytes);
        return value <= 0 ? "-" : (value >> 20) + " MiB";
    }

    private static String json(AdminClient supervisor, List<Map<String, String>> workers, List<String> remarks) {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("name", supervisor.name());
        status.put("pid", supervisor.pid());
        status.put("workers", workers.stream().map(StatusCommand::typed).toList());
        status.put("remarks", remarks);
        return JSON.std.asString(status);
    }

    private static Map<String, Object> typed(Map<String, String> worker) {
        Map<String, Object> typed = new LinkedHashMap<>();
        worker.forEach((key, value) -> typed.put(key, value.matches("-?\\d+") ? Long.valueOf(value) : value));
        return typed;
    }

    /** {@code key=value …}; the last value is the rest of the line. */
    static Map<String, String> fields(String report) {
        Map<String, String> fields = new LinkedHashMap<>();
        int last = report.indexOf(LAST_FIELD + "=");
        for (String field : report.substring(0, last).split(" ")) {
            fields.put(field.substring(0, field.indexOf('=')), field.substring(field.indexOf('=') + 1));
        }
        fields.put(LAST_FIELD, report.substring(last + LAST_FIELD.length() + 1));
        return fields;
    }
}
