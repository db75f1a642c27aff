package io.forkless.benchmarks.service;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The load generator <a href="https://github.com/wg/wrk">wrk</a>, which costs less processor time than any server here.
 *
 * @param requestsPerSecond answers with status 2xx or 3xx
 * @param requests the same, in all
 * @param p50 latency in milliseconds that half of the requests have kept to
 * @param p99 latency in milliseconds that 99 of 100 requests have kept to
 * @param failures socket errors and answers with another status
 */
public record Wrk(double requestsPerSecond, long requests, double p50, double p99, long failures) {
    /** What tables call its {@link #figures}. */
    public static final String RATE = "requests/s";

    public static final String P50 = "p50, ms";
    public static final String P99 = "p99, ms";
    public static final String FAILURES = "failures";

    private static final Pattern RATE_LINE = Pattern.compile("Requests/sec:\\s+([\\d.]+)");
    private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in");
    private static final Pattern LATENCY = Pattern.compile("\\s(50|99)%\\s+([\\d.]+)(us|ms|s)\\b");
    private static final Pattern ERRORS =
            Pattern.compile("Socket errors: connect (\\d+), read (\\d+), write (\\d+), timeout (\\d+)");
    private static final Pattern WRONG = Pattern.compile("Non-2xx or 3xx responses: (\\d+)");
    private static final Map<String, Double> MILLIS = Map.of("us", 0.001, "ms", 1.0, "s", 1000.0);

    /**
     * Loads that port of 127.0.0.1, {@code GET /}, from one thread.
     *
     * @param close whether each request gets a connection of its own
     */
    public static Wrk load(int port, int connections, boolean close, Duration time)
            throws IOException, InterruptedException {
        return parse(run(port, connections, close, time));
    }

    /** The same with more options; what it prints. */
    public static String run(int port, int connections, boolean close, Duration time, String... options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("wrk", "--latency", "-t1", "-c" + connections));
        command.add("-d" + Math.max(1, time.toSeconds()) + "s");
        command.addAll(List.of(options));
        if (close) {
            command.addAll(List.of("-H", "Connection: close"));
        }
        command.add("http://127.0.0.1:" + port + "/");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output.strip());
        }
        return output;
    }

    public static Wrk parse(String output) {
        double p50 = Double.NaN;
        double p99 = Double.NaN;
        Matcher latency = LATENCY.matcher(output);
        while (latency.find()) {
            double millis = Double.parseDouble(latency.group(2)) * MILLIS.get(latency.group(3));
            if (latency.group(1).equals("50")) {
                p50 = millis;
            } else {
                p99 = millis;
            }
        }
        double all = number(REQUESTS, output);
        Matcher wrong = WRONG.matcher(output);
        double good = wrong.find() ? all - Long.parseLong(wrong.group(1)) : all; // wrk counts them like the others
        double rate = all > 0 ? number(RATE_LINE, output) * good / all : 0;
        return new Wrk(rate, (long) good, p50, p99, failures(output));
    }

    private static double number(Pattern pattern, String output) {
        Matcher found = pattern.matcher(output);
        if (!found.find()) {
            throw new IllegalArgumentException("not what wrk prints: " + output);
        }
        return Double.parseDouble(found.group(1));
    }

    private static long failures(String output) {
        long failures = 0;
        for (Pattern pattern : List.of(ERRORS, WRONG)) {
            Matcher found = pattern.matcher(output);
            if (found.find()) {
                for (int i = 1; i <= found.groupCount(); i++) {
                    failures += Long.parseLong(found.group(i));
                }
            }
        }
        return failures;
    }

    public Map<String, Double> figures() {
        return Map.of(RATE, requestsPerSecond, P50, p50, P99, p99, FAILURES, (double) failures);
    }
}
