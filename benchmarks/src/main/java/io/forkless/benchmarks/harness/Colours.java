package io.forkless.benchmarks.harness;

import java.awt.Color;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which colour a contender has, in whatever chart: Forkless is blue, the server as it is grey. They are Okabe and Ito's,
 * which people who see fewer colours can tell apart, too.
 */
final class Colours {
    private static final Color VERMILION = new Color(0xD55E00);
    private static final Color GREEN = new Color(0x009E73);
    private static final Color PURPLE = new Color(0xCC79A7);
    private static final Color ORANGE = new Color(0xE69F00);
    private static final Color BLUE = new Color(0x0072B2);
    private static final Color DARK_BLUE = new Color(0x003F63);
    private static final Color SKY = new Color(0x56B4E9);
    private static final Color YELLOW = new Color(0xF0E442);
    private static final Color GREY = new Color(0x8C8C8C);
    private static final Color DARK_GREY = new Color(0x4D4D4D);

    private static final List<Color> OTHERS = List.of(VERMILION, GREEN, PURPLE, ORANGE);

    /** Of whom these words are in the name. */
    private static final Map<String, Color> KNOWN = new LinkedHashMap<>();

    static {
        KNOWN.put("Forkless, undertow", DARK_BLUE);
        KNOWN.put(Names.FORKLESS, BLUE);
        KNOWN.put("adapter", BLUE);
        KNOWN.put("each worker", BLUE);
        KNOWN.put("2 workers", BLUE);
        KNOWN.put("worker", SKY);
        KNOWN.put("supervisor", ORANGE);
        KNOWN.put(Names.PLAIN, GREY);
        KNOWN.put("alone", GREY);
        KNOWN.put(Names.REUSEPORT, SKY);
        KNOWN.put(Names.HAPROXY, VERMILION);
        KNOWN.put(Names.NGINX, GREEN);
        KNOWN.put("round robin", PURPLE);
        KNOWN.put("Node", ORANGE);
        KNOWN.put("Puma", PURPLE);
        KNOWN.put("Unicorn", ORANGE);
        KNOWN.put("Gunicorn", YELLOW);
        KNOWN.put("ServerEngine", DARK_GREY);
    }

    private Colours() {}

    /** The contender's own, or for an unknown one a colour that depends on its place in the chart. */
    static Color of(String contender, int place) {
        return KNOWN.entrySet().stream()
                .filter(known -> contender.contains(known.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseGet(() -> OTHERS.get(place % OTHERS.size()));
    }
}
