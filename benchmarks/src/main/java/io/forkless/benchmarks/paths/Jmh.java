package io.forkless.benchmarks.paths;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.harness.Series;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs methods in a loop with <a href="https://github.com/openjdk/jmh">JMH</a>, each in a JVM of its own. Its own rounds
 * would be those of one method after those of another; ours alternate.
 */
final class Jmh {
    private final Bench bench;

    Jmh(Bench bench) {
        this.bench = bench;
    }

    /**
     * Nanoseconds of each method, by its name and parameters, {@code method[parameter, …]}; in each round.
     *
     * @param parameters restrict those that a class has
     */
    Map<String, Series> measure(Class<?> methods, Map<String, String[]> parameters) throws RunnerException {
        Map<String, Series> results = new LinkedHashMap<>();
        for (int round = 0; round < bench.rounds(); round++) {
            for (RunResult result : run(methods, parameters)) {
                results.computeIfAbsent(label(result.getParams()), key -> new Series())
                        .add(result.getPrimaryResult().getScore());
            }
        }
        return results;
    }

    private Collection<RunResult> run(Class<?> methods, Map<String, String[]> parameters) throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + methods.getName().replace(".", "\\.") + "\\.")
                .forks(1)
                .warmupIterations(1)
                .warmupTime(TimeValue.milliseconds(bench.quick() ? 300 : 700))
                .measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(bench.quick() ? 300 : 800))
                .timeUnit(TimeUnit.NANOSECONDS)
                .shouldFailOnError(true)
                .shouldDoGC(false)
                .verbosity(VerboseMode.SILENT)
                .jvmArgs("--enable-native-access=ALL-UNNAMED", "-Djava.io.tmpdir=" + bench.temporary());
        parameters.forEach(options::param);
        return new Runner(options.build()).run();
    }

    private static String label(BenchmarkParams parameters) {
        String method = parameters.getBenchmark();
        List<String> values = new ArrayList<>();
        for (String key : parameters.getParamsKeys()) {
            values.add(parameters.getParam(key));
        }
        return method.substring(method.lastIndexOf('.') + 1) + values;
    }
}
