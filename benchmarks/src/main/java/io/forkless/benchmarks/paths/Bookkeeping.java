package io.forkless.benchmarks.paths;

import io.forkless.worker.ConnectionCounts;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What a worker does in its own memory for each connection. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Bookkeeping {
    @Param({"1", "4", "64"})
    public int workers;

    private static final int FREE_THREADS = 190;

    private final ConnectionCounts counts = new ConnectionCounts();

    @Setup
    public void map() throws Exception {
        counts.joinPacing(Board.withWorkers(workers).pacingOf(0), () -> FREE_THREADS);
    }

    /** All of it, without a pause: the connections are spread evenly. */
    @Benchmark
    public void connection() {
        counts.beforeAccept(null);
        counts.opened();
        counts.afterAccept();
        counts.closed();
    }
}
