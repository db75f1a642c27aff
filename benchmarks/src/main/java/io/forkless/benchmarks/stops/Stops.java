package io.forkless.benchmarks.stops;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.harness.Experiment;
import io.forkless.benchmarks.harness.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Whether a stop and a restart lose anything of any kind of traffic, as the user who runs this. */
public final class Stops implements Experiment {
    private static final Path STATUS = Path.of("/proc/self/status");

    @Override
    public String name() {
        return "stops";
    }

    @Override
    public void run(Bench bench, Report report) throws Exception {
        report.add("## Stops: what is lost of any kind of traffic when the service stops or restarts");
        List<String> servers = bench.quick() ? List.of("jetty") : List.of("jetty", "undertow");
        for (String server : servers) {
            for (Mode mode : Mode.values()) {
                Drill drill = new Drill(bench, server, mode);
                drill.run(bench.rounds());
                add(drill, report);
            }
        }
        report.add(legend());
    }

    private static void add(Drill drill, Report report) throws IOException {
        Ledger ledger = drill.ledger();
        report.add("### %s, %s, %d times: %d lost"
                .formatted(drill.server(), ledger.mode().label, drill.rounds(), ledger.lost()));
        report.add(ledger.table());
        addList(report, "Lost, the first ones:", ledger.losses());
        addList(report, "Not as it should be:", drill.complaints());
        if (ledger.lost() > 0 || !drill.complaints().isEmpty()) {
            report.fail();
        }
    }

    private static void addList(Report report, String title, List<String> lines) {
        if (!lines.isEmpty()) {
            report.add(title + lines.stream().map(line -> "\n- " + line).collect(Collectors.joining()));
        }
    }

    private static String legend() throws IOException {
        return ("Run by a process with `%s`. A client for each row, on connections that it keeps; the drain's idle grace is"
                        + " %d ms, and gaps, pauses and slow handlers take %d ms. *Under way*: exchanges that had begun and"
                        + " not ended when the command was given. *Lost* is what comes after *stale, sent*, and in a restart"
                        + " what was refused, too. *Unprocessed*: the server has told so, behind an announced end or a GOAWAY."
                        + " *Stale*: the connection was closed without announcement, *seen* before the client sent, *sent*"
                        + " when the client had been silent for longer than the grace.")
                .formatted(privileges(), Traffic.GRACE.toMillis(), Traffic.GAP.toMillis());
    }

    /** Who this process is to the kernel, and so are those that it starts. */
    private static String privileges() throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.matches("(Uid|CapEff|NoNewPrivs):.*"))
                .map(line -> line.replaceAll("\\s+", " "))
                .collect(Collectors.joining(", "));
    }
}
