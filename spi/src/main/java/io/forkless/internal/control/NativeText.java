package io.forkless.internal.control;

import java.io.File;
import java.net.URLDecoder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Tells which texts reach the operating system as they are. On Unix a JVM encodes names of files, arguments and variables as
 * the locale says. In the locale {@code C} that is ASCII, and what has no place in it becomes a question mark without a word.
 * On Windows all of these are UTF-16.
 */
public final class NativeText {
    /** Until JDK 17 arguments and variables of a child are in the default character set; {@code ProcessImpl.toCString}. */
    private static final int LAST_WITH_DEFAULT_CHARSET = 17;

    private static final int LONGEST_SHOWN = 200;

    private NativeText() {}

    /** The encoding of the locale, in which this process gets its arguments. */
    public static Charset charset() {
        try {
            return Charset.forName(System.getProperty("sun.jnu.encoding"));
        } catch (IllegalArgumentException e) { // none, or one that this JVM does not know
            return Charset.defaultCharset();
        }
    }

    /** Whether names of files, arguments and variables can have this text. */
    public static boolean isIntact(String text) {
        return charsets().stream().allMatch(charset -> charset.newEncoder().canEncode(text));
    }

    /** Whether the text stands for just these bytes in everything that this process hands to the system. */
    public static boolean isIntact(String text, byte[] bytes) {
        return charsets().stream().allMatch(charset -> Arrays.equals(text.getBytes(charset), bytes));
    }

    /** Whether this JVM can call a file of the system by its name. */
    public static boolean isIntact(Path path) {
        try {
            return Path.of(path.toString()).equals(path);
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /**
     * Refuses a text that would reach the system as another one.
     *
     * @param what what the text is, with the text as of {@link #visible}
     * @throws IllegalArgumentException with a sentence that says what to do
     */
    public static void requireIntact(String what, String text) {
        if (!isIntact(text)) {
            throw new IllegalArgumentException(what + " cannot be passed on as it is: " + reason());
        }
    }

    /** The reason why a text is not intact, and what to do about it. */
    public static String reason() {
        return charsets().stream()
                .filter(charset -> !charset.equals(StandardCharsets.UTF_8))
                .findFirst()
                .map(charset -> "the encoding of this process is " + charset + "; run it with LC_ALL=C.UTF-8")
                .orElse("it is not UTF-8, which is the encoding of this process");
    }

    /** The text with everything but printable ASCII as {@code \xNN}, the bytes of UTF-8; the end of a long one is cut. */
    public static String visible(String text) {
        return visible(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The same of a text whose encoding is not known. */
    public static String visible(byte[] bytes) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < bytes.length && shown.length() < LONGEST_SHOWN; i++) {
            shown.append(bytes[i] >= ' ' && bytes[i] <= '~' ? (char) bytes[i] : String.format("\\x%02X", bytes[i]));
        }
        return shown + (shown.length() < LONGEST_SHOWN ? "" : "...");
    }

    /** The same of a name of a file, whose bytes may be none in the encoding of this process. */
    public static String visible(Path path) {
        String bytes = path.toUri().getRawPath().replace("+", "%2B"); // each as it is or as %NN
        return visible(URLDecoder.decode(bytes, StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.ISO_8859_1));
    }

    private static List<Charset> charsets() {
        if (File.separatorChar == '\\') {
            return List.of();
        }
        return Runtime.version().feature() > LAST_WITH_DEFAULT_CHARSET
                ? List.of(charset())
                : Stream.of(charset(), Charset.defaultCharset()).distinct().toList();
    }
}
