package io.forkless.supervisor.command;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How much the heaps of all workers may grow to, against the memory that there is for them. A JVM takes a quarter of the
 * memory for itself unless it is told otherwise, as if it was alone.
 */
public final class HeapSum {
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    /** What is left is for what a JVM needs beside its heap, and for others. */
    private static final int MOST_PERCENT = 75;

    private static final int ADVISED_PERCENT = 60;

    /** HotSpot's default of MaxHeapSize on 64-bit systems, which is the least that it takes from a memory of 250 MiB or more. */
    private static final long LEAST_HEAP = 96 * MIB * 13 / 10;

    /** HotSpot's default of MaxRAM. */
    private static final long MOST_MEMORY = 128 * GIB;

    private static final Pattern HEAP = Pattern.compile("(?:-Xmx|-mx|-XX:MaxHeapSize=)(\\d{1,15})([kKmMgGtT]?)");
    private static final Pattern MEMORY = Pattern.compile("-XX:MaxRAM=(\\d{1,15})([kKmMgGtT]?)");
    private static final Pattern MOST = Pattern.compile("-XX:MaxRAMPercentage=(\\d{1,3}(?:\\.\\d{1,9})?)");
    private static final Pattern MOST_OF_LITTLE = Pattern.compile("-XX:MinRAMPercentage=(\\d{1,3}(?:\\.\\d{1,9})?)");

    private HeapSum() {}

    /** What to say of so many JVMs with these options, if anything. */
    static Optional<Advice> check(int workers, List<String> options, long memory) {
        long heap = heap(options, memory);
        long sum = heap * workers;
        if (memory <= 0 || sum <= memory * MOST_PERCENT / 100) {
            return Optional.empty();
        }
        long share = memory * ADVISED_PERCENT / 100 / workers;
        String most = "-Xmx" + Math.max(1, share / MIB) + "m";
        // A percentage that comes to less than the least heap has no effect.
        boolean percentageWorks = share >= LEAST_HEAP && workers <= ADVISED_PERCENT;
        return Optional.of(new Advice(
                workers + " workers with a heap of " + size(heap) + " each" + reason(options, heap, memory)
                        + " may need " + size(sum) + ", and there is " + size(memory) + " for everything",
                "give COMMAND " + most + ", or use --worker-env JAVA_TOOL_OPTIONS="
                        + (percentageWorks ? "-XX:MaxRAMPercentage=" + ADVISED_PERCENT / workers : most)));
    }

    private static String reason(List<String> options, long heap, long memory) {
        boolean given = options.stream()
                .anyMatch(option -> Stream.of(HEAP, MEMORY, MOST, MOST_OF_LITTLE)
                        .anyMatch(pattern -> pattern.matcher(option).matches()));
        if (given) {
            return "";
        }
        return heap / MIB == memory / MIB / 4 ? " (a quarter of " + size(memory) + ")" : " (the JVM's default)";
    }

    /** As HotSpot reckons, {@code Arguments::set_heap_size}; without the limit of compressed references. */
    static long heap(List<String> options, long physical) {
        Optional<Long> given = last(HEAP, options).map(HeapSum::bytes);
        if (given.isPresent()) {
            return given.get();
        }
        long memory = last(MEMORY, options).map(HeapSum::bytes).orElse(Math.min(physical, MOST_MEMORY));
        long little = (long) (memory / 100.0 * percentage(MOST_OF_LITTLE, options, 50));
        return little < LEAST_HEAP
                ? little
                : Math.max(LEAST_HEAP, (long) (memory / 100.0 * percentage(MOST, options, 25)));
    }

    private static double percentage(Pattern pattern, List<String> options, double otherwise) {
        return last(pattern, options)
                .map(found -> Double.parseDouble(found.group(1)))
                .orElse(otherwise);
    }

    private static Optional<Matcher> last(Pattern pattern, List<String> options) {
        return options.stream().map(pattern::matcher).filter(Matcher::matches).reduce((first, second) -> second);
    }

    private static long bytes(Matcher found) {
        int shift = 10
                * " kmgt"
                        .indexOf(found.group(2).isEmpty() ? " " : found.group(2).toLowerCase(Locale.ROOT));
        return Long.parseLong(found.group(1)) << shift;
    }

    /** As {@code 1.5 GiB}; a JVM's sizes are multiples of a MiB, about. */
    private static String size(long bytes) {
        if (bytes < GIB) {
            return Math.round((double) bytes / MIB) + " MiB";
        }
        String number = String.format(Locale.ROOT, "%.1f", (double) bytes / GIB);
        return (number.endsWith(".0") ? number.substring(0, number.length() - 2) : number) + " GiB";
    }
}
