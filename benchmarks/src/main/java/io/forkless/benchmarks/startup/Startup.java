package io.forkless.benchmarks.startup;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.harness.Charts;
import io.forkless.benchmarks.harness.Experiment;
import io.forkless.benchmarks.harness.Report;
import io.forkless.benchmarks.harness.Series;
import io.forkless.benchmarks.harness.Table;
import io.forkless.benchmarks.service.Services;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.CategoryChart;

/** How soon a worker serves, how much memory it takes, and how soon a killed one is replaced. */
public final class Startup implements Experiment {
    private static final int WORKERS_WHOSE_MEMORY_IS_MEASURED = 4;

    @Override
    public String name() {
        return "startup";
    }

    @Override
    public void run(Bench bench, Report report) throws Exception {
        Services services = new Services(bench);
        List<Start> ways = ways(bench);
        for (Start way : ways) {
            way.prepare(services);
        }
        Map<Start, Map<String, Series>> results = new LinkedHashMap<>();
        for (int round = 0; round < bench.rounds(); round++) {
            for (Start way : ways) {
                add(way.measure(services), way, results);
            }
        }
        if (!bench.quick()) {
            for (Start way : ways) {
                add(way.memory(services, WORKERS_WHOSE_MEMORY_IS_MEASURED), way, results);
            }
        }
        report.add("## Start-up, memory and replacement");
        report.add(
                "*Archive* is `--fast-start`. Workers have -Xmx256m. A killed worker's replacement starts after a delay of"
                        + " 100 ms, give or take a fifth, which is part of its times.");
        report.add(table(results));
        report.add("first response", bars("Spawn to first response", Start.FIRST_RESPONSE, results));
        report.add("replacement", bars("Kill to a response of the replacement", Start.REPLACEMENT_RESPONSE, results));
        if (!bench.quick()) {
            report.add("Memory is the proportional set size (PSS) of each of %d workers after a second of load. "
                            .formatted(WORKERS_WHOSE_MEMORY_IS_MEASURED)
                    + supervisor(results));
        }
    }

    private static List<Start> ways(Bench bench) throws IOException {
        List<Start> ways = new ArrayList<>();
        for (Jdks.Jdk jdk : bench.quick() ? List.of(Jdks.running()) : Jdks.toMeasure(bench.jdks())) {
            for (String server : bench.quick() ? List.of("jetty") : List.of("jetty", "undertow")) {
                String directory = "archive-%d-%s".formatted(jdk.version(), server);
                ways.add(Start.plain(jdk, server));
                ways.add(Start.archive(jdk, server, bench.temporary().resolve(directory)));
                if (!bench.quick()) {
                    ways.add(Start.tuned(jdk, server, bench.temporary().resolve(directory + "-tuned")));
                }
            }
        }
        return ways;
    }

    private static void add(Map<String, Double> figures, Start way, Map<Start, Map<String, Series>> results) {
        Map<String, Series> series = results.computeIfAbsent(way, key -> new HashMap<>());
        figures.forEach((figure, value) ->
                series.computeIfAbsent(figure, key -> new Series()).add(value));
    }

    private static CategoryChart bars(String title, String figure, Map<Start, Map<String, Series>> results) {
        Map<String, Map<String, Series>> ways = new LinkedHashMap<>();
        results.forEach((start, figures) ->
                ways.computeIfAbsent(start.way(), way -> new LinkedHashMap<>()).put(label(start), figures.get(figure)));
        List<String> labels =
                results.keySet().stream().map(Startup::label).distinct().toList();
        return Charts.bars(title, "ms", ways, labels, "%.0f");
    }

    private static String label(Start way) {
        return way.jdk().version() + ", " + way.server();
    }

    private static String table(Map<Start, Map<String, Series>> results) {
        Table table = new Table(
                "JDK, server",
                "start",
                Start.FIRST_RESPONSE + ", ms",
                ": plain",
                Start.REPLACEMENT_READY + ", ms",
                Start.REPLACEMENT_RESPONSE + ", ms",
                Start.WORKER_MEMORY + ", MiB");
        Series plain = new Series();
        for (Map.Entry<Start, Map<String, Series>> result : results.entrySet()) {
            Start way = result.getKey();
            Map<String, Series> figures = result.getValue();
            Series first = figures.get(Start.FIRST_RESPONSE);
            if (way.fastStart().isEmpty()) {
                plain = first; // of the rows that follow, too
            }
            table.row(
                    label(way),
                    way.way(),
                    first.format("%.0f"),
                    first.ratioTo(plain).format("%.2f"),
                    figures.get(Start.REPLACEMENT_READY).format("%.0f"),
                    figures.get(Start.REPLACEMENT_RESPONSE).format("%.0f"),
                    figures.getOrDefault(Start.WORKER_MEMORY, new Series()).format("%.0f"));
        }
        return table.toString();
    }

    /** The same program each time, with whatever workers. */
    private static String supervisor(Map<Start, Map<String, Series>> results) {
        Series rss = new Series();
        Series pss = new Series();
        results.values().forEach(figures -> {
            rss.add(figures.get(Start.SUPERVISOR_RSS).median());
            pss.add(figures.get(Start.SUPERVISOR_PSS).median());
        });
        return "The supervisor itself: RSS %s MiB, PSS %s MiB.".formatted(rss.format("%.0f"), pss.format("%.0f"));
    }
}
