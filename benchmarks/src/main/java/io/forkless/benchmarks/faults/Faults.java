package io.forkless.benchmarks.faults;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.harness.Charts;
import io.forkless.benchmarks.harness.Experiment;
import io.forkless.benchmarks.harness.Report;
import io.forkless.benchmarks.harness.Results;
import io.forkless.benchmarks.service.Group;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is lost when workers die, freeze or are replaced: by us, and by what else a user could take. */
public final class Faults implements Experiment {
    private static final int MAX_ROUNDS = 3;

    private final Map<Fault, FaultTable> tables = new EnumMap<>(Fault.class);
    private final Results lost = new Results();
    private final Results waits = new Results();

    @Override
    public String name() {
        return "faults";
    }

    /** Fewer than elsewhere: a round takes half a minute, and losses add up. */
    @Override
    public int rounds(Bench bench) {
        return Math.min(MAX_ROUNDS, bench.rounds());
    }

    @Override
    public void run(Bench bench, Report report) throws Exception {
        int workers = bench.quick() ? 2 : 3;
        Set<Fault> faults = bench.quick() ? EnumSet.complementOf(EnumSet.of(Fault.FREEZE)) : EnumSet.allOf(Fault.class);
        report.add("## Faults: what is lost when workers die, freeze or are replaced");
        for (Fault fault : faults) {
            tables.put(fault, new FaultTable(fault));
        }
        List<Contender> contenders = Contenders.of(bench);
        for (Contender contender : contenders) {
            measure(contender, bench, workers);
        }
        for (Fault fault : faults) {
            report.add("### " + fault.title);
            report.add(tables.get(fault));
        }
        List<String> labels = faults.stream().map(fault -> fault.label).toList();
        report.add("requests lost", Charts.bars("Requests lost, in a round", "requests", lost, labels, "0"));
        report.add("longest wait", Charts.bars("Longest wait for an answer", "s", waits, labels, "0.0"));
        report.add(legend(rounds(bench), workers));
        StringBuilder how = new StringBuilder();
        for (Contender contender : contenders) {
            how.append("- ").append(contender.name()).append(version(contender)).append(": ");
            how.append(contender.how()).append('\n');
        }
        report.add(how);
    }

    private void measure(Contender contender, Bench bench, int workers) throws Exception {
        if (contender.version() == null) {
            tables.values().forEach(table -> table.add(contender, "not installed"));
            return;
        }
        Set<Fault> left = EnumSet.copyOf(tables.keySet());
        try (Group group = contender.starter().start(bench, workers)) {
            for (Fault fault : tables.keySet()) {
                if (contender.faults().contains(fault)) {
                    List<FaultResult> results = rounds(new FaultRound(group, workers, fault), bench);
                    tables.get(fault).add(contender, results);
                    for (FaultResult result : results) {
                        lost.add(contender.name(), fault.label, result.lost());
                        waits.add(
                                contender.name(),
                                fault.label,
                                result.longestWait().toMillis() / 1000.0);
                    }
                } else {
                    tables.get(fault).add(contender, "see below");
                }
                left.remove(fault);
            }
        } catch (IOException | IllegalStateException e) {
            String reason = e.toString().lines().findFirst().orElseThrow();
            left.forEach(fault -> tables.get(fault).add(contender, "failed: " + reason));
        }
    }

    private List<FaultResult> rounds(FaultRound round, Bench bench) throws Exception {
        List<FaultResult> results = new ArrayList<>();
        while (results.size() < rounds(bench)) {
            results.add(round.run());
        }
        return results;
    }

    private static String legend(int rounds, int workers) {
        return ("%d workers, %d clients, a third of each kind: keep-alive without a pause, keep-alive with pauses of 5 ms,"
                        + " a connection per request. %d rounds: losses are sums, in parentheses of the worst round;"
                        + " times are of the worst. A worker that nobody has killed after %d s goes on; hang time-outs"
                        + " were set to %s s. *Lost* is everything but good answers and *stale, seen*, where the client"
                        + " notices before it sends that the connection is closed, and can connect anew without risk."
                        + " A client that is refused tries again, and counts again, after 1 ms."
                        + " *Beyond in flight* is what a killed worker cannot have had: more than one request of a client,"
                        + " or one to another worker.")
                .formatted(
                        workers,
                        FaultRound.CLIENTS,
                        rounds,
                        FaultRound.FREEZE.toSeconds(),
                        Contenders.HANG_TIMEOUT_SECONDS);
    }

    private static String version(Contender contender) {
        String version = contender.version();
        return version == null ? ", not installed" : version.isEmpty() ? "" : " (" + version + ")";
    }
}
