package io.forkless.benchmarks;

import io.forkless.benchmarks.adoption.Adoption;
import io.forkless.benchmarks.faults.Faults;
import io.forkless.benchmarks.growth.Growth;
import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.harness.Experiment;
import io.forkless.benchmarks.harness.Machine;
import io.forkless.benchmarks.harness.Names;
import io.forkless.benchmarks.harness.Report;
import io.forkless.benchmarks.paths.Paths;
import io.forkless.benchmarks.ports.Ports;
import io.forkless.benchmarks.processes.Processes;
import io.forkless.benchmarks.startup.Startup;
import io.forkless.benchmarks.stops.Stops;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the experiments, prints what comes out as Markdown, and keeps it with its charts. */
@Command(
        name = "benchmarks",
        description =
                "Measures Forkless beside what else a user could take. Programs that are not installed are left out.",
        sortOptions = false,
        mixinStandardHelpOptions = true)
final class Main implements Callable<Integer> {
    private static final List<Experiment> EXPERIMENTS = List.of(
            new Adoption(),
            new Ports(),
            new Faults(),
            new Stops(),
            new Processes(),
            new Startup(),
            new Growth(),
            new Paths());

    @Spec
    private CommandSpec spec;

    @Option(names = "--quick", description = "Two minutes in all: a direction, not a result.")
    private boolean quick;

    @Option(
            names = "--only",
            paramLabel = "NAME",
            split = ",",
            description = "Only these: ${COMPLETION-CANDIDATES}.",
            completionCandidates = Names.class)
    private List<String> only;

    @Option(names = "--rounds", paramLabel = "N", description = "Measurements of each contender; default: 5, quick 1.")
    private Integer rounds;

    @Option(
            names = "--results",
            paramLabel = "DIR",
            description = "Where tables and charts are written; default: benchmarks/results, quick: nowhere.")
    private Path results;

    @Option(
            names = "--jdk",
            paramLabel = "DIR",
            description = "A JDK to measure starts with; may be repeated. Default: the one that runs this.")
    private List<Path> jdks = List.of();

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Path repository = repository();
        if (only != null && !new Names().names().containsAll(only)) {
            throw new ParameterException(spec.commandLine(), "--only: no such experiment among " + only);
        }
        if (rounds != null && rounds < 1) {
            throw new ParameterException(spec.commandLine(), "--rounds: " + rounds + " is less than 1");
        }
        Path temporary = Files.createTempDirectory("bench");
        Path directory = results != null
                ? results
                : quick ? temporary.resolve("results") : repository.resolve("benchmarks/results");
        Bench bench = new Bench(
                quick,
                rounds != null ? rounds : quick ? 1 : 5,
                quick ? Duration.ofSeconds(1) : Duration.ofSeconds(2),
                repository,
                temporary,
                jdks);
        boolean failed = false;
        try {
            for (Experiment experiment : EXPERIMENTS) {
                if (only == null || only.contains(experiment.name())) {
                    failed |= run(experiment, bench, directory).isFailed();
                }
            }
        } finally {
            delete(temporary);
        }
        return failed ? 1 : 0;
    }

    private Report run(Experiment experiment, Bench bench, Path directory) throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Report report = new Report(directory, experiment.name(), out);
        experiment.run(bench, report);
        report.add("Measured on %s, rounds: %d, with `java -jar benchmarks/target/benchmarks.jar --only %s`%s."
                .formatted(
                        Machine.describe(),
                        experiment.rounds(bench),
                        experiment.name(),
                        bench.quick() ? " `--quick`" : ""));
        report.write();
        return report;
    }

    /** This program is {@code benchmarks/target/benchmarks.jar}. */
    private static Path repository() throws URISyntaxException {
        Path jar = Path.of(
                Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        return jar.getParent().getParent().getParent();
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    private static final class Names implements Iterable<String> {
        List<String> names() {
            return EXPERIMENTS.stream().map(Experiment::name).toList();
        }

        @Override
        public java.util.Iterator<String> iterator() {
            return names().iterator();
        }
    }
}
