package io.forkless.benchmarks.harness;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Figures of contenders, both by name and in the order in which they came: of each figure a value for each round. */
public final class Results {
    private final Map<String, Map<String, Series>> contenders = new LinkedHashMap<>();

    /** One round's value. */
    public void add(String contender, String figure, double value) {
        contenders
                .computeIfAbsent(contender, name -> new LinkedHashMap<>())
                .computeIfAbsent(figure, name -> new Series())
                .add(value);
    }

    /** All values of one round. */
    public void add(String contender, Map<String, Double> figures) {
        figures.forEach((figure, value) -> add(contender, figure, value));
    }

    /** The same figure of all contenders of others, under another name. */
    public void addAll(Results others, String figure, String name) {
        for (String contender : others.contenders()) {
            others.get(contender, figure).values().forEach(value -> add(contender, name, value));
        }
    }

    public Set<String> contenders() {
        return contenders.keySet();
    }

    /** Without values if there are none. */
    public Series get(String contender, String figure) {
        return contenders.getOrDefault(contender, Map.of()).getOrDefault(figure, new Series());
    }

    /** These figures as contenders, and each contender as a figure of them. */
    public Results transposed(String... figures) {
        Results result = new Results();
        for (String figure : figures) {
            for (String contender : contenders()) {
                get(contender, figure).values().forEach(value -> result.add(figure, contender, value));
            }
        }
        return result;
    }

    /** A row for each contender. */
    public Table table(Column... columns) {
        Table table = new Table(Stream.concat(Stream.of(""), Stream.of(columns).map(Column::title))
                .toList());
        for (String contender : contenders()) {
            List<String> cells = Stream.of(columns)
                    .map(column -> column.cell(this, contender))
                    .toList();
            table.row(Stream.concat(Stream.of(contender), cells.stream()).toList());
        }
        return table;
    }

    /**
     * A column of a table.
     *
     * @param title above it
     * @param figure that it shows
     * @param format of each number
     * @param reference null for the figure itself; or the contender to whose figure the ratio is shown
     */
    public record Column(String title, String figure, String format, String reference) {
        /** The figure itself, under its own name. */
        public static Column of(String figure, String format) {
            return new Column(figure, figure, format, null);
        }

        /** The ratio of each contender's figure to that contender's. */
        public static Column ratio(String figure, String reference) {
            return new Column(": " + reference, figure, "%.2f", reference);
        }

        private String cell(Results results, String contender) {
            Series series = results.get(contender, figure);
            return (reference == null ? series : series.ratioTo(results.get(reference, figure))).format(format);
        }
    }
}
