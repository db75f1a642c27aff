package io.forkless.cli.arguments;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A size in bytes: a number of MiB, or one with a unit ({@code 64k}, {@code 512m}, {@code 1.5GiB}), each 1024 of the one before. */
public abstract class SizeConverter implements ITypeConverter<Long> {
    private static final BigDecimal MEBIBYTE = BigDecimal.valueOf(1L << 20);

    /** {@code b}, and each of {@code k m g t} alone or followed by {@code b}, {@code i} or {@code ib}. */
    private static final Map<String, BigDecimal> UNITS = Stream.of("b", "k", "m", "g", "t")
            .flatMap(unit -> unit.equals("b") ? Stream.of(unit) : Stream.of(unit, unit + "b", unit + "i", unit + "ib"))
            .collect(Collectors.toMap(
                    unit -> unit, unit -> BigDecimal.valueOf(1L << 10 * "bkmgt".indexOf(unit.charAt(0)))));

    private static final BigDecimal MOST = BigDecimal.valueOf(16L << 40);

    private final BigDecimal least;
    private final String range;

    private SizeConverter(long least, String range) {
        this.least = BigDecimal.valueOf(least);
        this.range = range;
    }

    @Override
    public final Long convert(String value) {
        BigDecimal bytes = Quantity.parse(value, MEBIBYTE, UNITS, unit -> unit.toLowerCase(Locale.ROOT))
                .orElseThrow(() -> refusal(value, "is not a size"));
        if (bytes.signum() != 0 && bytes.compareTo(least) < 0) {
            throw refusal(value, "is too small");
        }
        if (bytes.compareTo(MOST) > 0) {
            throw refusal(value, "is too big");
        }
        return bytes.longValue();
    }

    private TypeConversionException refusal(String value, String what) {
        return new TypeConversionException(
                "'" + value + "' " + what + ": use 0, or " + range + ", such as 512 or 512m for MiB, 2g for GiB");
    }

    /** Of a process. */
    public static final class Memory extends SizeConverter {
        Memory() {
            super(1L << 20, "1m to 16t");
        }
    }

    /** Of a file. */
    public static final class File extends SizeConverter {
        File() {
            super(1L << 10, "1k to 16t");
        }
    }
}
