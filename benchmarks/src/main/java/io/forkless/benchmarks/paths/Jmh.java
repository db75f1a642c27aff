package io.forkless.benchmarks.paths;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.harness.Results;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs a method in a loop with <a href="https://github.com/openjdk/jmh">JMH</a>, in a JVM of its own for each parameter. Its
 * own rounds would be those of one parameter after those of another; ours alternate.
 */
final class Jmh {
    /** What tables call its figure. */
    static final String NANOS = "ns";

    private Jmh() {}

    /** Of a class with one method and one parameter: its values are the contenders. */
    static Results measure(Class<?> type, String parameter, Bench bench) throws RunnerException {
        // JMH's lock keeps two of its runs from each other; experiments run one after the other anyway.
        System.setProperty("jmh.ignoreLock", "true");
        TimeValue time = TimeValue.milliseconds(bench.quick() ? 300 : 800);
        OptionsBuilder options = new OptionsBuilder();
        options.include("^" + type.getName().replace(".", "\\.") + "\\.")
                .forks(1)
                .warmupIterations(1)
                .warmupTime(time)
                .measurementIterations(1)
                .measurementTime(time)
                .timeUnit(TimeUnit.NANOSECONDS)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .jvmArgs("--enable-native-access=ALL-UNNAMED", "-Djava.io.tmpdir=" + bench.temporary());
        Results results = new Results();
        for (int round = 0; round < bench.rounds(); round++) {
            for (RunResult result : new Runner(options.build()).run()) {
                results.add(
                        result.getParams().getParam(parameter),
                        NANOS,
                        result.getPrimaryResult().getScore());
            }
        }
        return results;
    }
}
