package io.forkless.cli.arguments;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A file of arguments, in UTF-8: each line is one, with all its blanks, quotes, backslashes and {@code #}. A line is
 * ended by LF or CR LF. Empty lines are no arguments, and neither is a byte order mark.
 *
 * @param file as it was named
 */
record ArgumentFile(Path file, List<Line> lines) {
    /** Far more than a system takes as the arguments of a process; execve(2). */
    static final int MAX_BYTES = 1 << 20;

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    /** @param number as an editor counts, from 1 */
    record Line(int number, String text) {}

    /**
     * @param directory that a relative name is resolved against
     * @throws IllegalArgumentException if it cannot be read, or is no text; the message names it
     */
    static ArgumentFile read(String name, Path directory) {
        try {
            Path file = directory.resolve(name);
            return new ArgumentFile(file, lines(decode(name, bytes(name, file))));
        } catch (InvalidPathException e) {
            throw mistake(name, "it is not the name of a file: " + e.getReason());
        }
    }

    /** Whether it can be read again, and by another process: a pipe gives its text once, and /dev/stdin is each process's own. */
    boolean isLasting() {
        Path absolute = file.toAbsolutePath();
        return Files.isRegularFile(file) && !absolute.startsWith("/dev") && !absolute.startsWith("/proc");
    }

    /** For the person who has written it. */
    IllegalArgumentException mistake(Line line, String what) {
        return mistake(file.toString(), "line " + line.number() + ": " + what);
    }

    private static byte[] bytes(String name, Path file) {
        if (Files.isDirectory(file)) {
            throw mistake(name, "it is a directory");
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw mistake(name, "there is no such file; @@ in place of @ begins an argument that is not a file's name");
        } catch (AccessDeniedException e) {
            throw mistake(name, "permission denied");
        } catch (IOException e) {
            throw mistake(name, "it cannot be read: " + e.getMessage());
        }
        if (bytes.length > MAX_BYTES) {
            throw mistake(name, "it has more than " + MAX_BYTES + " bytes");
        }
        return bytes;
    }

    private static String decode(String name, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        if (StandardCharsets.UTF_8.newDecoder().decode(in, out, true).isError()) {
            String before = new String(bytes, 0, in.position(), StandardCharsets.UTF_8);
            throw mistake(name, "line " + lineOf(before, before.length()) + " is not UTF-8");
        }
        String text = out.flip().toString();
        if (text.indexOf('\0') >= 0) {
            throw mistake(name, "line " + lineOf(text, text.indexOf('\0')) + " has a NUL character");
        }
        return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    }

    private static List<Line> lines(String text) {
        List<Line> lines = new ArrayList<>();
        int number = 0;
        for (String line : text.split("\r?\n", -1)) {
            number++;
            if (!line.isEmpty()) {
                lines.add(new Line(number, line));
            }
        }
        return lines;
    }

    private static long lineOf(String text, int index) {
        return 1 + text.substring(0, index).chars().filter(c -> c == '\n').count();
    }

    private static IllegalArgumentException mistake(String name, String what) {
        return new IllegalArgumentException("argument file '" + name + "': " + what);
    }
}
