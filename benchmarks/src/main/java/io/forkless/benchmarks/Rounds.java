package io.forkless.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;

/** Measures contenders in turn, round after round, so that a machine whose speed drifts treats all of them alike. */
final class Rounds implements AutoCloseable {
    private final Map<String, Service> contenders = new LinkedHashMap<>();

    /** Takes one part in the rounds from now on. It is closed with this. */
    void add(String name, Service contender) {
        contenders.put(name, contender);
    }

    /** For each contender by name the series of its figures by name. */
    Map<String, Map<String, Series>> measure(int rounds, Measurement measurement) throws Exception {
        Map<String, Map<String, Series>> results = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (Map.Entry<String, Service> contender : contenders.entrySet()) {
                Map<String, Series> series = results.computeIfAbsent(contender.getKey(), key -> new LinkedHashMap<>());
                measurement
                        .measure(contender.getValue())
                        .forEach((figure, value) -> series.computeIfAbsent(figure, key -> new Series())
                                .add(value));
            }
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
    interface Measurement {
        Map<String, Double> measure(Service contender) throws Exception;
    }
}
