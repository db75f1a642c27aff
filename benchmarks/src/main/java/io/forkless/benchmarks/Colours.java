package io.forkless.benchmarks;

import static java.util.Map.entry;

import java.awt.Color;
import java.util.List;
import java.util.Map;

/** Which colour a contender has, in whatever chart: Forkless is blue, the server as it is grey. */
final class Colours {
    /** Okabe and Ito's, which people who see fewer colours can tell apart, too. */
    private static final List<Color> OTHERS =
            List.of(new Color(0xD55E00), new Color(0x009E73), new Color(0xCC79A7), new Color(0xE69F00));

    private static final Color FORKLESS = new Color(0x0072B2);
    private static final Color SUPERVISOR = new Color(0xE69F00);
    private static final Color PLAIN = new Color(0x8C8C8C);
    private static final Map<String, Color> KNOWN = Map.ofEntries(
            entry(Peers.FORKLESS, FORKLESS),
            entry("adapter", FORKLESS),
            entry("each worker", FORKLESS),
            entry("supervisor", SUPERVISOR),
            entry("plain", PLAIN),
            entry(Peers.REUSEPORT, new Color(0x56B4E9)),
            entry(Peers.HAPROXY, new Color(0xD55E00)),
            entry(Peers.NGINX, new Color(0x009E73)),
            entry(Peers.NODE_ROUND_ROBIN, new Color(0xCC79A7)),
            entry(Peers.NODE_SHARED, new Color(0xE69F00)));

    private Colours() {}

    /** The contender's own, or for an unknown one a colour that depends on its place in the chart. */
    static Color of(String contender, int place) {
        return KNOWN.getOrDefault(contender, OTHERS.get(place % OTHERS.size()));
    }
}
