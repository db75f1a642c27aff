package io.forkless.cli.doctor;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** A locale whose encoding has not got all characters, such as {@code LC_ALL=C}: what has others in it does not arrive. */
final class NarrowEncoding implements Trap {
    @Override
    public List<Finding> find(Surroundings surroundings) {
        String encoding = surroundings.property("sun.jnu.encoding");
        boolean isWindows = surroundings.property("os.name").startsWith("Windows"); // arguments are UTF-16 there
        if (encoding.isEmpty() || isWindows || isUnicode(encoding)) {
            return List.of();
        }
        return List.of(new Finding(
                "the encoding of this locale (" + locale(surroundings) + ") is " + encoding
                        + ": no argument and no file name with another character can be used",
                "set LC_ALL=C.UTF-8, or another locale of UTF-8, where the supervisor is started"));
    }

    private static boolean isUnicode(String encoding) {
        return Charset.isSupported(encoding) && Charset.forName(encoding).equals(StandardCharsets.UTF_8);
    }

    /** What decides; locale(7). */
    private static String locale(Surroundings surroundings) {
        return Stream.of("LC_ALL", "LC_CTYPE", "LANG")
                .flatMap(name -> surroundings.variable(name).map(value -> name + "=" + value).stream())
                .findFirst()
                .orElse("none is set");
    }
}
