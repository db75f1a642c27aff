package io.forkless.benchmarks.harness;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How to measure, and with what.
 *
 * @param quick whether everything has to be over in two minutes, so that figures are a direction only
 * @param rounds how often each contender is measured, in turn with the others
 * @param window how long one measurement takes
 * @param repository the root of the checkout, with the programs built in it
 * @param temporary a directory for what the programs write, removed at the end
 * @param jdks the JDKs that were asked for, none: those that are found
 */
public record Bench(boolean quick, int rounds, Duration window, Path repository, Path temporary, List<Path> jdks) {
    /** The product under test. */
    public Path forklessJar() {
        return repository.resolve("cli/target/forkless.jar");
    }

    /** This program, which contains the servers that are measured, too. */
    public Path benchmarksJar() {
        return repository.resolve("benchmarks/target/benchmarks.jar");
    }
}
