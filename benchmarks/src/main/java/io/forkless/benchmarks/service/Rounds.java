package io.forkless.benchmarks.service;

import io.forkless.benchmarks.harness.Results;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures contenders in turn, round after round, so that a machine whose speed drifts treats all of them alike. Every
 * other round goes backwards: nobody is always the first, who finds the caches of the one before.
 */
public final class Rounds implements AutoCloseable {
    private final Map<String, Service> contenders = new LinkedHashMap<>();

    /** Takes one part in the rounds from now on. It is closed with this. */
    public void add(String name, Service contender) {
        contenders.put(name, contender);
    }

    public Results measure(int rounds, Measurement measurement) throws Exception {
        Results results = new Results();
        List<String> order = new ArrayList<>(contenders.keySet());
        for (int round = 0; round < rounds; round++) {
            for (String name : order) {
                results.add(name, measurement.measure(contenders.get(name)));
            }
            Collections.reverse(order);
        }
        return results;
    }

    @Override
    public void close() {
        for (Service contender : contenders.values()) {
            contender.close();
        }
    }

    /** Takes figures, by name, of a contender. */
    @FunctionalInterface
    public interface Measurement {
        Map<String, Double> measure(Service contender) throws Exception;
    }
}
