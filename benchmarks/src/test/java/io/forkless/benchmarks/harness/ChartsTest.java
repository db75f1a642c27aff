package io.forkless.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.internal.chartpart.Chart;

class ChartsTest {
    /** The numbers of the bars; all other text is drawn as outlines. */
    private static final Pattern TEXT = Pattern.compile("<text [^>]*>([^<]*)</text>");

    @TempDir
    private Path directory;

    private final Map<String, Map<String, Series>> results = new LinkedHashMap<>();

    @BeforeEach
    void one_has_both_figures() {
        results.put("one", Map.of("kill", Series.of(11, 12, 19), "deploy", Series.of(7)));
    }

    @Test
    void each_bar_has_its_median_above_it() throws Exception {
        results.put("other", Map.of("kill", Series.of(5), "deploy", Series.of(Double.POSITIVE_INFINITY)));

        assertThat(numbers(Charts.bars("Losses", "requests", results, List.of("kill", "deploy"), "%.0f")))
                .containsExactly("12", "7", "5", "\u221e");
    }

    @Test
    void who_has_no_such_figure_gets_no_bar() throws Exception {
        results.put("other", Map.of("kill", Series.of(5)));

        assertThat(numbers(Charts.bars("Losses", "requests", results, List.of("kill", "deploy"), "%.0f")))
                .containsExactly("12", "7", "5");
    }

    private List<String> numbers(Chart<?, ?> chart) throws Exception {
        Path svg = directory.resolve("chart.svg");
        VectorGraphicsEncoder.saveVectorGraphic(chart, svg.toString(), VectorGraphicsFormat.SVG);
        return TEXT.matcher(Files.readString(svg))
                .results()
                .map((MatchResult text) -> text.group(1))
                .toList();
    }
}
