package io.forkless.cli.arguments;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A whole number in decimal digits, of which none in front makes it octal. */
public abstract class CountConverter<T extends Number> implements ITypeConverter<T> {
    private static final String DIGITS = "0*[0-9]{1,18}";

    private final long least;
    private final long most;

    private CountConverter(long least, long most) {
        this.least = least;
        this.most = most;
    }

    final long count(String value) {
        long count = value.matches(DIGITS) ? Long.parseLong(value) : -1;
        if (count < least || count > most) {
            throw new TypeConversionException("'" + value + "' is not a whole number from " + least + " to " + most);
        }
        return count;
    }

    /** In the range of an int. */
    private abstract static class Small extends CountConverter<Integer> {
        Small(int least, int most) {
            super(least, most);
        }

        @Override
        public final Integer convert(String value) {
            return (int) count(value);
        }
    }

    /** Processes at a time. */
    public static final class Workers extends Small {
        Workers() {
            super(1, 1024);
        }
    }

    /** Failures in a row. */
    public static final class Failures extends Small {
        Failures() {
            super(1, 1_000_000);
        }
    }

    /** Files to keep, each of which is renamed at each rotation. */
    public static final class Files extends Small {
        Files() {
            super(0, 1000);
        }
    }

    /** Connections of a process. */
    public static final class Connections extends CountConverter<Long> {
        Connections() {
            super(0, 1_000_000_000_000L);
        }

        @Override
        public Long convert(String value) {
            return count(value);
        }
    }
}
