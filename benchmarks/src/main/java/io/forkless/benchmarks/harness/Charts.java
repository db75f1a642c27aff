package io.forkless.benchmarks.harness;

import io.forkless.benchmarks.service.Rounds;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Pictures of results, all in one plain style, in which a contender keeps its colour. */
public final class Charts {
    /** The axis is so much longer than the tallest bar, for the number above it. */
    public static final double HEADROOM = 1.1;

    private static final int WIDTH = 800;
    private static final int HEIGHT = 420;

    /** Of a bar that has room for its number. */
    private static final int BAR_WIDTH = 30;

    /** So many have room side by side below the chart. */
    private static final int LEGEND_IN_A_ROW = 6;

    private static final Color INK = new Color(0x333333);
    private static final Color GRID = new Color(0xDDDDDD);
    private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 13);

    private Charts() {}

    /**
     * Bars for medians, in groups of one figure each, with marks from minimum to maximum.
     *
     * @param results for each contender by name its figures by name, as {@link Rounds} gives them
     * @param figures which of them, in this order; all in this unit; who has none gets no bar
     * @param format of the number above each bar
     */
    public static CategoryChart bars(
            String title, String unit, Map<String, Map<String, Series>> results, List<String> figures, String format) {
        CategoryChart chart = new CategoryChartBuilder()
                .width(Math.max(WIDTH, BAR_WIDTH * results.size() * figures.size()))
                .height(HEIGHT)
                .theme(ChartTheme.XChart)
                .title(title)
                .yAxisTitle(unit)
                .build();
        style(chart.getStyler());
        chart.getStyler().setAvailableSpaceFill(0.8).setXAxisTicksVisible(true);
        List<List<Series>> groups = new ArrayList<>();
        double top = top(results.values().stream()
                .flatMap(contender -> figures.stream().map(contender::get).filter(Objects::nonNull))
                .flatMap(series -> Stream.of(series.median(), series.max())));
        for (Map.Entry<String, Map<String, Series>> contender : results.entrySet()) {
            List<Series> group = figures.stream().map(contender.getValue()::get).toList();
            List<Double> medians = group.stream()
                    .map(series -> series == null ? null : Math.min(series.median(), top))
                    .toList();
            chart.addSeries(contender.getKey(), figures, medians)
                    .setFillColor(Colours.of(contender.getKey(), groups.size()));
            groups.add(group);
        }
        chart.getStyler().setYAxisMin(0.0).setYAxisMax(top * HEADROOM);
        if (results.size() > LEGEND_IN_A_ROW) {
            chart.getStyler().setLegendPosition(LegendPosition.OutsideE).setLegendLayout(LegendLayout.Vertical);
        }
        chart.addAnnotation(new Whiskers(groups, format));
        return chart;
    }

    /** Lines through medians; for each line by name its points by their place on the x axis. */
    public static XYChart lines(String title, String x, String unit, Map<String, Map<Double, Series>> lines) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .theme(ChartTheme.XChart)
                .title(title)
                .xAxisTitle(x)
                .yAxisTitle(unit)
                .build();
        style(chart.getStyler());
        chart.getStyler().setXAxisMin(0.0);
        for (Map.Entry<String, Map<Double, Series>> line : lines.entrySet()) {
            List<Double> medians =
                    line.getValue().values().stream().map(Series::median).toList();
            Color colour = Colours.of(line.getKey(), chart.getSeriesMap().size());
            XYSeries series =
                    chart.addSeries(line.getKey(), List.copyOf(line.getValue().keySet()), medians);
            series.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(colour);
            series.setLineColor(colour).setLineStyle(new BasicStroke(2.5f));
        }
        double top = top(
                lines.values().stream().flatMap(line -> line.values().stream()).map(Series::median));
        chart.getStyler().setYAxisMin(0.0).setYAxisMax(top * HEADROOM);
        return chart;
    }

    /** What is infinite gets no higher than the rest. */
    private static double top(Stream<Double> values) {
        double top = values.filter(Double::isFinite).max(Double::compare).orElse(0.0);
        return top > 0 ? top : 1;
    }

    private static void style(AxesChartStyler styler) {
        styler.setPlotGridVerticalLinesVisible(false);
        styler.setYAxisDecimalPattern("#,##0.###");
        styler.setXAxisDecimalPattern("#,##0.###");
        styler.setPlotGridLinesColor(GRID);
        styler.setPlotGridLinesStroke(new BasicStroke(1));
        styler.setPlotBorderVisible(false);
        styler.setAxisTickMarksColor(INK);
        styler.setAxisTickLabelsFont(TEXT);
        styler.setAxisTitleFont(TEXT);
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setPlotBackgroundColor(Color.WHITE);
        styler.setChartFontColor(INK);
        styler.setChartTitleBoxVisible(false);
        styler.setChartTitleFont(TEXT.deriveFont(Font.BOLD, 15));
        styler.setLegendFont(TEXT);
        styler.setLegendPosition(LegendPosition.OutsideS);
        styler.setLegendLayout(LegendLayout.Horizontal);
        styler.setLegendBorderColor(Color.WHITE);
    }
}
