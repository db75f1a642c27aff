package io.forkless.benchmarks.ports;

import io.forkless.testing.load.Connections;
import io.forkless.testing.load.HttpConnection;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much each worker has got.
 *
 * @param counts by worker, of those that have got anything
 * @param workers how many there are
 */
record Spread(Map<String, Long> counts, int workers) {
    /** What {@code answers.lua} prints. */
    private static final Pattern ANSWERED = Pattern.compile("worker (\\d+) answered (\\d+)");

    private static final int SEQUENTIAL_CONNECTIONS = 400;
    private static final int BURST_CONNECTIONS = 64;
    private static final int BURSTS = 5;

    /** Of connections that come one after the other. */
    static Spread sequential(int port, int workers) throws IOException {
        Map<String, Long> counts = new HashMap<>();
        for (int i = 0; i < SEQUENTIAL_CONNECTIONS; i++) {
            counts.merge(HttpConnection.get(port, "/"), 1L, Long::sum);
        }
        return new Spread(counts, workers);
    }

    /** Of connections that come all at once and stay; of several such bursts the worst. */
    static Spread burst(int port, int workers) throws IOException, InterruptedException {
        Spread worst = null;
        for (int i = 0; i < BURSTS; i++) {
            try (Connections connections = Connections.open(port, BURST_CONNECTIONS)) {
                Spread spread = of(connections.answers(), workers);
                worst = worst == null || spread.maxToFair() > worst.maxToFair() ? spread : worst;
            }
            Thread.sleep(100); // the workers notice that their clients have gone
        }
        return worst;
    }

    static Spread of(Collection<String> answers, int workers) {
        Map<String, Long> counts = new HashMap<>();
        answers.forEach(worker -> counts.merge(worker, 1L, Long::sum));
        return new Spread(counts, workers);
    }

    /** Of the answers under load, as wrk has counted them. */
    static Spread parse(String output, int workers) {
        Map<String, Long> counts = new HashMap<>();
        Matcher line = ANSWERED.matcher(output);
        while (line.find()) {
            counts.merge(line.group(1), Long.parseLong(line.group(2)), Long::sum);
        }
        return new Spread(counts, workers);
    }

    /** Infinite when a worker has got nothing. */
    double maxToMin() {
        long min = counts.size() < workers
                ? 0
                : counts.values().stream().min(Long::compare).orElse(0L);
        return max() / (double) min;
    }

    double maxToFair() {
        long all = counts.values().stream().mapToLong(count -> count).sum();
        return max() / (all / (double) workers);
    }

    private long max() {
        return counts.values().stream().max(Long::compare).orElse(0L);
    }
}
