package io.forkless.supervisor.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** The program that the first line of a script names; execve(2). */
final class Interpreter {
    /** More than the kernel reads of that line. */
    private static final int LINE_BYTES = 512;

    private Interpreter() {}

    /** Why it cannot run that script; empty if it can, or if the file is no such script. */
    static Optional<String> problem(Path script) {
        String name = name(script);
        if (name.isEmpty()) {
            return Optional.empty();
        }
        if (name.endsWith("\r")) {
            return Optional.of(
                    "its first line ends with a carriage return, as on Windows, and there is no such interpreter");
        }
        try {
            return Files.isExecutable(Path.of(name))
                    ? Optional.empty()
                    : Optional.of("its interpreter '" + name + "' is not there, or cannot be executed");
        } catch (InvalidPathException e) {
            return Optional.empty(); // one that this JVM cannot name
        }
    }

    /** Empty if there is none. */
    private static String name(Path script) {
        try (InputStream in = Files.newInputStream(script)) {
            String line = new String(in.readNBytes(LINE_BYTES), StandardCharsets.UTF_8).split("\n", 2)[0];
            return line.startsWith("#!")
                    ? line.substring(2).replaceFirst("^[ \t]+", "").split("[ \t]", 2)[0]
                    : "";
        } catch (IOException e) {
            return ""; // it may be executed, but not read
        }
    }
}
