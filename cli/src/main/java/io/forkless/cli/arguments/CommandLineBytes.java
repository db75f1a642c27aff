package io.forkless.cli.arguments;

import io.forkless.internal.control.NativeText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The words with which this process was started, before the JVM decoded them: {@code /proc/self/cmdline} of proc(5), where each
 * ends with a NUL. None where there is no such file.
 */
record CommandLineBytes(List<byte[]> words) {
    private static final Path FILE = Path.of("/proc/self/cmdline");

    static CommandLineBytes ofThisProcess() {
        try {
            return of(Files.readAllBytes(FILE));
        } catch (IOException e) {
            return new CommandLineBytes(List.of());
        }
    }

    static CommandLineBytes of(byte[] content) {
        List<byte[]> words = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < content.length; i++) {
            if (content[i] == 0) {
                words.add(Arrays.copyOfRange(content, start, i));
                start = i + 1;
            }
        }
        return new CommandLineBytes(words);
    }

    /** @throws IllegalArgumentException if one of the program's arguments, the last ones of the words, is not what was given */
    void requireIntact(List<String> arguments) {
        int first = words.size() - arguments.size();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            byte[] bytes = first < 0 ? null : words.get(first + i);
            if (bytes != null && argument.equals(new String(bytes, NativeText.charset()))) {
                if (!NativeText.isIntact(argument, bytes)) {
                    throw mistake(i, NativeText.visible(bytes));
                }
            } else if (!NativeText.isIntact(argument)) { // it came another way, as from a file of java(1)
                throw mistake(i, NativeText.visible(argument));
            }
        }
    }

    private static IllegalArgumentException mistake(int index, String visible) {
        return new IllegalArgumentException("argument " + (index + 1) + ", '" + visible
                + "', cannot be passed on as it is: " + NativeText.reason());
    }
}
