package io.forkless.benchmarks.stops;

import io.forkless.testing.load.Counts;
import io.forkless.testing.load.Outcome;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

/** What became of every request of one mode on one server, over all rounds. Written by all clients. */
final class Ledger {
    /** Whoever loses more than that need not tell of each. */
    private static final int MAX_LOSSES = 100;

    private final Mode mode;
    private final Map<Entry, LongAdder> counts = new ConcurrentHashMap<>();
    private final Map<Flow, LongAdder> underWay = new ConcurrentHashMap<>();
    private final List<String> losses = new CopyOnWriteArrayList<>();

    Ledger(Mode mode) {
        this.mode = mode;
    }

    void count(Flow flow, Outcome outcome, String message) {
        counts.computeIfAbsent(new Entry(flow, outcome), entry -> new LongAdder())
                .increment();
        if (mode.isLoss(outcome) && losses.size() < MAX_LOSSES) {
            losses.add(flow + ": " + outcome + ": " + message);
        }
    }

    /** One exchange was under way when the workers were told to go. */
    void underWay(Flow flow) {
        underWay.computeIfAbsent(flow, key -> new LongAdder()).increment();
    }

    Mode mode() {
        return mode;
    }

    Counts counts(Flow flow) {
        return Counts.of(outcome -> sum(counts.get(new Entry(flow, outcome))));
    }

    long underWayOf(Flow flow) {
        return sum(underWay.get(flow));
    }

    long lost() {
        return Flow.ALL.stream().map(this::counts).mapToLong(mode::lost).sum();
    }

    /** The first ones, in words. */
    List<String> losses() {
        return List.copyOf(losses);
    }

    private static long sum(LongAdder adder) {
        return adder == null ? 0 : adder.sum();
    }

    private record Entry(Flow flow, Outcome outcome) {}
}
