package io.forkless.benchmarks.harness;

import java.awt.Color;
import java.awt.Font;
import java.util.List;
import java.util.stream.Stream;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.CategoryStyler;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.colors.ColorBlindFriendlySeriesColors;

/** Pictures of results, all in one plain style. */
public final class Charts {
    private static final int WIDTH = 800;
    private static final int HEIGHT = 420;

    /** Of a bar that has room for its number. */
    private static final int BAR_WIDTH = 30;

    private Charts() {}

    /**
     * Bars for medians, in groups of one figure each; tables show the spread. Who has no such figure, or an infinite one, has
     * no bar.
     *
     * @param figures which of them, in this order; all in this unit
     * @param decimals a pattern for the number above each bar
     */
    public static CategoryChart bars(
            String title, String unit, Results results, List<String> figures, String decimals) {
        CategoryChart chart = new CategoryChartBuilder()
                .width(Math.max(WIDTH, BAR_WIDTH * results.contenders().size() * figures.size()))
                .height(HEIGHT)
                .title(title)
                .yAxisTitle(unit)
                .build();
        style(chart.getStyler(), decimals);
        for (String contender : results.contenders()) {
            List<Double> medians = figures.stream()
                    .map(figure -> median(results.get(contender, figure)))
                    .toList();
            chart.addSeries(contender, figures, medians);
        }
        return chart;
    }

    private static Double median(Series series) {
        return series.values().isEmpty() || Double.isInfinite(series.median()) ? null : series.median();
    }

    private static void style(CategoryStyler styler, String decimals) {
        styler.setSeriesColors(colours());
        styler.setYAxisMin(0.0);
        styler.setYAxisDecimalPattern(decimals);
        styler.setPlotGridVerticalLinesVisible(false);
        styler.setPlotBorderVisible(false);
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setChartTitleBoxVisible(false);
        styler.setLegendPosition(LegendPosition.OutsideE);
        styler.setLegendBorderColor(Color.WHITE);
        styler.setLabelsVisible(true);
        styler.setLabelsPosition(1);
        styler.setLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
    }

    /** Enough for all, and none on which its number cannot be read. */
    private static Color[] colours() {
        Stream<Color> friendly = Stream.of(new ColorBlindFriendlySeriesColors().getSeriesColors());
        return Stream.concat(friendly, Stream.of(Color.LIGHT_GRAY, Color.GRAY))
                .filter(colour -> !colour.equals(Color.BLACK))
                .toArray(Color[]::new);
    }
}
