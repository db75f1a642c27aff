package io.forkless.benchmarks.harness;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.internal.chartpart.Annotation;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.CategoryStyler;

/** The spread of each bar, and its number: the error bars of XChart are as long upwards as downwards, a spread is not. */
final class Whiskers extends Annotation {
    private static final int CAP = 4;
    private static final Color INK = new Color(0x333333);

    private final List<List<Series>> groups;
    private final String format;
    private CategoryStyler styler;

    /** For each contender its figures, in the order of the bars; null for a bar that is missing. */
    Whiskers(List<List<Series>> groups, String format) {
        super(false);
        this.groups = groups;
        this.format = format;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public void init(Chart chart) {
        super.init(chart);
        styler = (CategoryStyler) chart.getStyler();
    }

    @Override
    public void paint(Graphics2D graphics) {
        graphics.setColor(INK);
        graphics.setStroke(new BasicStroke(1.5f));
        graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
        for (int contender = 0; contender < groups.size(); contender++) {
            List<Series> figures = groups.get(contender);
            for (int figure = 0; figure < figures.size(); figure++) {
                if (figures.get(figure) != null) {
                    paint(graphics, middle(contender, figure, figures.size()), figures.get(figure));
                }
            }
        }
    }

    private void paint(Graphics2D graphics, int x, Series series) {
        int low = place(series.min());
        int high = place(series.max());
        if (low != high) {
            graphics.drawLine(x, low, x, high);
            graphics.drawLine(x - CAP, low, x + CAP, low);
            graphics.drawLine(x - CAP, high, x + CAP, high);
        }
        double median = series.median();
        String label = Double.isFinite(median) ? String.format(Locale.ROOT, format, median) : "\u221e";
        FontMetrics metrics = graphics.getFontMetrics();
        graphics.drawString(label, x - metrics.stringWidth(label) / 2, high - CAP);
    }

    /** What is infinite ends where the tallest bar does. */
    private int place(double value) {
        return getYAxisScreenValue(Math.min(value, styler.getYAxisMax() / Charts.HEADROOM));
    }

    /** Where the chart puts the bar. */
    private int middle(int contender, int figure, int figures) {
        double surface = getXAxisScreenValueForMax() - getXAxisScreenValueForMin();
        double content = styler.getPlotContentSize() * surface;
        double step = content / figures;
        double bar = step * styler.getAvailableSpaceFill() / groups.size();
        double margin = step * (1 - styler.getAvailableSpaceFill()) / 2;
        double left = getXAxisScreenValueForMin() + (surface - content) / 2;
        return (int) Math.round(left + step * figure + margin + bar * (contender + 0.5));
    }
}
