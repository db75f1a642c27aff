package io.forkless.benchmarks.ports;

import io.forkless.benchmarks.harness.Charts;
import io.forkless.benchmarks.harness.Names;
import io.forkless.benchmarks.harness.Report;
import io.forkless.benchmarks.harness.Series;
import io.forkless.benchmarks.harness.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@link Ports} has found, as tables and charts. */
final class PortsReport {
    private static final double CPU_GOAL = 1.3;
    private static final double SPREAD_GOAL = 1.1;
    private static final double BURST_GOAL = 1.6;
    private static final List<String> SPREADS = List.of("sequential", "saturated", "burst");

    private final Map<String, Map<String, Series>> results;
    private final List<String> missing;

    /** For each way by name its figures by name, and the ways that are not installed. */
    PortsReport(Map<String, Map<String, Series>> results, List<String> missing) {
        this.results = results;
        this.missing = missing;
    }

    void write(Report report) throws IOException {
        report.add("### Requests per second of processor time, Forkless : the other");
        report.add(ratios());
        for (String load : List.of("keep-alive", "closing")) {
            report.add("### " + (load.equals("closing") ? "A connection per request" : "Keep-alive"));
            report.add(costs(load));
        }
        report.add("### Spread over the workers");
        report.add("`sequential`: 400 connections one after the other; `saturated`: under closing load; `burst`: 64"
                + " connections opened at once and kept, of five bursts the worst. All are maximum : minimum, and `of its"
                + " share` is maximum : fair share.");
        report.add(spread());
        Map<String, Map<String, Series>> cpu = new LinkedHashMap<>();
        results.forEach((way, figures) -> cpu.put(
                way, Map.of("keep-alive", figures.get("keep-alive cpu"), "closing", figures.get("closing cpu"))));
        report.add(
                "processor time",
                Charts.bars("CPU seconds per 1000 requests", "s", cpu, List.of("keep-alive", "closing"), "%.3f"));
        report.add("spread", Charts.bars("Busiest worker : least busy", "ratio", results, SPREADS, "%.2f"));
    }

    void writeGoals(Report report) {
        report.add("### What was wanted");
        report.add(goals());
    }

    private String ratios() {
        Table table = new Table("", "keep-alive", "a connection per request");
        each(table, (way, figures) -> new String[] {ratio(figures, "keep-alive"), ratio(figures, "closing")});
        return table.toString();
    }

    private String costs(String load) {
        Table table = new Table("", "CPU s per 1000", "requests/s", "p99, ms");
        each(table, (way, figures) -> new String[] {
            figures.get(load + " cpu").format("%.3f"),
            figures.get(load + " rate").format("%.0f"),
            figures.get(load + " p99").format("%.2f")
        });
        return table.toString();
    }

    private String spread() {
        Table table = new Table("", "sequential", "saturated", "burst", "of its share", "failures");
        each(table, (way, figures) -> new String[] {
            figures.get("sequential").format("%.2f"),
            figures.get("saturated").format("%.2f"),
            figures.get("burst").format("%.2f"),
            figures.get("burst fair").format("%.2f"),
            figures.get("failures").format("%.0f")
        });
        return table.toString();
    }

    private String goals() {
        Table table = new Table("goal", "wanted", "median", "");
        for (String proxy : List.of(Names.HAPROXY, Names.NGINX)) {
            if (results.containsKey(proxy)) {
                for (String load : List.of("keep-alive", "closing")) {
                    double ratio = perCpu(results.get(proxy), load).median();
                    goal(table, "requests per CPU second, Forkless : " + proxy + ", " + load, ">=", CPU_GOAL, ratio);
                }
            }
        }
        Map<String, Series> forkless = results.get(Names.FORKLESS);
        goal(
                table,
                "spread, sequential",
                "<=",
                SPREAD_GOAL,
                forkless.get("sequential").median());
        goal(
                table,
                "spread, saturated",
                "<=",
                SPREAD_GOAL,
                forkless.get("saturated").median());
        goal(
                table,
                "burst, of its share",
                "<=",
                BURST_GOAL,
                forkless.get("burst fair").median());
        return table.toString();
    }

    private static void goal(Table table, String what, String relation, double wanted, double got) {
        boolean met = relation.equals(">=") ? got >= wanted : got <= wanted;
        table.row(what, relation + " " + wanted, "%.2f".formatted(got), met ? "met" : "**missed**");
    }

    private String ratio(Map<String, Series> figures, String load) {
        return perCpu(figures, load).format("%.2f");
    }

    /** More is better for Forkless. */
    private Series perCpu(Map<String, Series> figures, String load) {
        return figures.get(load + " cpu").ratioTo(results.get(Names.FORKLESS).get(load + " cpu"));
    }

    private void each(Table table, Cells cells) {
        results.forEach((way, figures) -> table.row(row(way, cells.of(way, figures))));
        for (String way : missing) {
            String[] none = cells.of(Names.FORKLESS, results.get(Names.FORKLESS));
            Arrays.fill(none, "");
            none[0] = "not installed";
            table.row(row(way, none));
        }
    }

    private static String[] row(String first, String... others) {
        List<String> row = new ArrayList<>(List.of(first));
        row.addAll(List.of(others));
        return row.toArray(String[]::new);
    }

    private interface Cells {
        String[] of(String way, Map<String, Series> figures);
    }
}
