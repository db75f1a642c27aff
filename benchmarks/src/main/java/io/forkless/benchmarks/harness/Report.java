package io.forkless.benchmarks.harness;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.internal.chartpart.Chart;

/** The results of one experiment: Markdown, printed as it comes and kept in a file, with charts beside it. */
public final class Report {
    private final Path directory;
    private final String name;
    private final PrintWriter out;
    private final StringBuilder markdown = new StringBuilder();
    private boolean failed;

    public Report(Path directory, String name, PrintWriter out) {
        this.directory = directory;
        this.name = name;
        this.out = out;
    }

    /** A heading, a paragraph or a table, with an empty line after it. */
    public void add(Object part) {
        String text = part.toString().stripTrailing() + "\n\n";
        markdown.append(text);
        out.print(text);
        out.flush();
    }

    /** A picture that appears at this place. */
    public void add(String title, Chart<?, ?> chart) throws IOException {
        String file = name + "-" + title.toLowerCase(java.util.Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        Files.createDirectories(directory);
        VectorGraphicsEncoder.saveVectorGraphic(chart, directory.resolve(file).toString(), VectorGraphicsFormat.SVG);
        add("![" + title + "](" + file + ".svg)");
    }

    /** The program will end with a status that tells it. */
    public void fail() {
        failed = true;
    }

    public boolean isFailed() {
        return failed;
    }

    public void write() throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(name + ".md"), markdown.toString().stripTrailing() + "\n");
    }
}
