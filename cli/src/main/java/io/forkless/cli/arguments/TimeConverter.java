package io.forkless.cli.arguments;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A time, to the millisecond: seconds, or a number with a unit ({@code 500ms}, {@code 1.5s}, {@code 5m}, {@code 1h30m}). */
public abstract class TimeConverter implements ITypeConverter<Duration> {
    private static final BigDecimal SECOND = BigDecimal.valueOf(1000);
    private static final BigDecimal MINUTE = BigDecimal.valueOf(60_000);

    /** In milliseconds. Only these letters: an M is a month, or something else, for other programs. */
    private static final Map<String, BigDecimal> UNITS = Map.of(
            "ms", BigDecimal.ONE,
            "s", SECOND,
            "sec", SECOND,
            "m", MINUTE,
            "min", MINUTE,
            "h", BigDecimal.valueOf(3_600_000),
            "d", BigDecimal.valueOf(86_400_000));

    private static final BigDecimal MOST =
            BigDecimal.valueOf(Duration.ofDays(365).toMillis());

    private final BigDecimal least;
    private final String range;

    private TimeConverter(long leastMillis, String range) {
        least = BigDecimal.valueOf(leastMillis);
        this.range = range;
    }

    @Override
    public final Duration convert(String value) {
        BigDecimal millis = Quantity.parse(value, SECOND, UNITS, UnaryOperator.identity())
                .orElseThrow(() -> refusal(value, "is not a time"));
        boolean off = millis.signum() == 0 && allowsZero();
        if (!off && millis.compareTo(least) < 0) {
            throw refusal(value, "is too short");
        }
        if (millis.compareTo(MOST) > 0) {
            throw refusal(value, "is too long");
        }
        return Duration.ofMillis(millis.longValue());
    }

    boolean allowsZero() {
        return true;
    }

    private TypeConversionException refusal(String value, String what) {
        return new TypeConversionException(
                "'" + value + "' " + what + ": use " + range + ", such as 30 or 30s for seconds, 500ms, 5m, 2h, 1d");
    }

    /** From 1 ms. */
    public static final class Limit extends TimeConverter {
        Limit() {
            super(1, "1ms to 365d");
        }

        @Override
        boolean allowsZero() {
            return false;
        }
    }

    /** The same, or nothing. */
    public static final class OrZero extends TimeConverter {
        OrZero() {
            super(1, "0, or 1ms to 365d");
        }
    }

    /** The same, as a worker cannot be heard of more often than each second. */
    public static final class FromSecond extends TimeConverter {
        FromSecond() {
            super(1000, "0, or 1s to 365d");
        }
    }
}
