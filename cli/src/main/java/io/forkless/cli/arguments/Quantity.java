package io.forkless.cli.arguments;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers with units, as a person writes them: {@code 30}, {@code 1.5s}, {@code 512 MiB}, {@code 1h30m}. */
final class Quantity {
    /** Beyond all that is possible, and short enough to count with. */
    private static final int MAX_LENGTH = 40;

    private static final Pattern PART = Pattern.compile("([0-9]+\\.?[0-9]*|\\.[0-9]+)(?: ?([A-Za-z]+))?");

    private Quantity() {}

    /**
     * Reads a number without a unit, or one or more with a unit each, which are added.
     *
     * @param plain what a number without a unit is multiplied by
     * @param units the same of those with a unit
     * @param unit what the letters of a unit are looked up as
     * @return nothing if it is anything else
     */
    static Optional<BigDecimal> parse(
            String text, BigDecimal plain, Map<String, BigDecimal> units, UnaryOperator<String> unit) {
        Matcher part = PART.matcher(text);
        BigDecimal sum = BigDecimal.ZERO;
        int end = 0;
        while (text.length() <= MAX_LENGTH && end < text.length()) {
            if (!part.find(end) || part.start() != end) {
                return Optional.empty();
            }
            boolean alone = end == 0 && part.end() == text.length();
            String letters = part.group(2);
            BigDecimal factor = letters != null ? units.get(unit.apply(letters)) : alone ? plain : null;
            if (factor == null) {
                return Optional.empty();
            }
            sum = sum.add(new BigDecimal(part.group(1)).multiply(factor));
            end = part.end();
        }
        return end > 0 ? Optional.of(sum) : Optional.empty();
    }
}
