package io.forkless.benchmarks.harness;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A table in Markdown, its columns aligned, so that it reads well in a terminal, too. */
public final class Table {
    private final List<List<String>> rows = new ArrayList<>();

    public Table(String... columns) {
        this(List.of(columns));
    }

    public Table(List<String> columns) {
        rows.add(columns);
        rows.add(Collections.nCopies(columns.size(), "")); // the rule
    }

    public Table row(String... cells) {
        return row(List.of(cells));
    }

    public Table row(List<String> cells) {
        int columns = rows.get(0).size();
        if (cells.size() != columns) {
            throw new IllegalArgumentException(columns + " columns, but a row of " + cells);
        }
        rows.add(cells);
        return this;
    }

    /** A row of one who has no figures, with the reason. */
    public Table without(String name, String reason) {
        List<String> cells = new ArrayList<>(Collections.nCopies(rows.get(0).size(), ""));
        cells.set(0, name);
        cells.set(1, reason);
        return row(cells);
    }

    @Override
    public String toString() {
        List<Integer> widths = IntStream.range(0, rows.get(0).size())
                .map(i ->
                        rows.stream().mapToInt(row -> row.get(i).length()).max().orElseThrow())
                .boxed()
                .toList();
        return IntStream.range(0, rows.size())
                .mapToObj(i -> line(rows.get(i), widths, i == 1 ? "-" : " "))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static String line(List<String> row, List<Integer> widths, String padding) {
        return IntStream.range(0, row.size())
                .mapToObj(i ->
                        row.get(i) + padding.repeat(widths.get(i) - row.get(i).length()))
                .collect(Collectors.joining(" | ", "| ", " |"));
    }
}
