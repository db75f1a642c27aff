package io.forkless.benchmarks.startup;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.harness.Charts;
import io.forkless.benchmarks.harness.Experiment;
import io.forkless.benchmarks.harness.Report;
import io.forkless.benchmarks.harness.Results;
import io.forkless.benchmarks.harness.Results.Column;
import io.forkless.benchmarks.service.Services;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How soon a worker serves, how much memory it takes, and how soon a killed one is replaced. */
public final class Startup implements Experiment {
    private static final int WORKERS_WHOSE_MEMORY_IS_MEASURED = 4;
    private static final Column[] COLUMNS = {
        Column.of(Start.FIRST_RESPONSE, "%.0f"),
        Column.ratio(Start.FIRST_RESPONSE, Start.PLAIN),
        Column.of(Start.REPLACEMENT_READY, "%.0f"),
        Column.of(Start.REPLACEMENT_RESPONSE, "%.0f"),
        Column.of(Start.WORKER_MEMORY, "%.0f"),
        Column.of(Start.SUPERVISOR_MEMORY, "%.0f")
    };

    @Override
    public String name() {
        return "startup";
    }

    @Override
    public void run(Bench bench, Report report) throws Exception {
        report.add("## Start-up, memory and replacement");
        report.add(
                "*Archive* is `--fast-start`. Workers have -Xmx256m. A killed worker's replacement starts after a delay of"
                        + " 100 ms, give or take a fifth, which is part of its times. Memory is the proportional set size"
                        + " (PSS), of each of %d workers and of their supervisor, after a second of load."
                                .formatted(WORKERS_WHOSE_MEMORY_IS_MEASURED));
        Results first = new Results();
        Results replacement = new Results();
        List<String> programs = new ArrayList<>();
        for (Jdk jdk : Jdk.toMeasure(bench.jdks())) {
            for (String server : bench.quick() ? List.of("jetty") : List.of("jetty", "undertow")) {
                String program = "JDK " + jdk.version() + ", " + server;
                programs.add(program);
                Results results = measure(bench, ways(jdk, server, bench));
                report.add("### " + program);
                report.add(results.table(COLUMNS));
                first.addAll(results, Start.FIRST_RESPONSE, program);
                replacement.addAll(results, Start.REPLACEMENT_RESPONSE, program);
            }
        }
        report.add("first response", Charts.bars("Spawn to first response", "ms", first, programs, "0"));
        report.add(
                "replacement", Charts.bars("Kill to a response of the replacement", "ms", replacement, programs, "0"));
    }

    private static List<Start> ways(Jdk jdk, String server, Bench bench) {
        Path archive = bench.temporary().resolve("archive-%d-%s".formatted(jdk.version(), server));
        List<Start> ways = List.of(Start.plain(jdk, server), Start.archive(jdk, server, archive));
        return bench.quick()
                ? ways
                : List.of(
                        ways.get(0),
                        ways.get(1),
                        Start.tuned(jdk, server, archive.resolveSibling(archive.getFileName() + "-tuned")));
    }

    private static Results measure(Bench bench, List<Start> ways) throws Exception {
        Services services = new Services(bench);
        for (Start way : ways) {
            way.prepare(services);
        }
        Results results = new Results();
        for (int round = 0; round < bench.rounds(); round++) {
            for (Start way : ways) {
                results.add(way.way(), way.measure(services));
            }
        }
        if (!bench.quick()) {
            for (Start way : ways) {
                results.add(way.way(), way.memory(services, WORKERS_WHOSE_MEMORY_IS_MEASURED));
            }
        }
        return results;
    }
}
