package io.forkless.benchmarks.harness;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** What one figure was in each round. */
public final class Series {
    private final List<Double> values = new ArrayList<>();

    public static Series of(double... values) {
        Series series = new Series();
        for (double value : values) {
            series.add(value);
        }
        return series;
    }

    public void add(double value) {
        values.add(value);
    }

    public List<Double> values() {
        return Collections.unmodifiableList(values);
    }

    /** Exact, unlike a histogram's, and infinite values have their place. */
    public double median() {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    public double min() {
        return Collections.min(values);
    }

    public double max() {
        return Collections.max(values);
    }

    /** Round by round, since both sides of a round have met the same machine, busy or not. */
    public Series ratioTo(Series other) {
        Series result = new Series();
        for (int round = 0; round < Math.min(values.size(), other.values.size()); round++) {
            result.add(values.get(round) / other.values.get(round));
        }
        return result;
    }

    /** Median, then the spread: {@code 0.99 (0.97..1.02)}. */
    public String format(String format) {
        if (values.isEmpty()) {
            return "-";
        }
        String median = String.format(Locale.ROOT, format, median());
        if (values.size() == 1) {
            return median;
        }
        return median + String.format(Locale.ROOT, " (" + format + ".." + format + ")", min(), max());
    }
}
