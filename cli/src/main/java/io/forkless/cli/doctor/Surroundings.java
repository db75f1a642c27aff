package io.forkless.cli.doctor;

import io.forkless.supervisor.command.Memory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * Where traps are looked for: this process on its machine, or what a test makes up.
 *
 * @param environment the variables
 * @param properties the system properties
 * @param root the directory that {@code /proc} and {@code /sys} are in
 * @param pid of this process
 * @param processors that it may use
 * @param memory that it may use together with others, in bytes; 0 if that is not known
 */
record Surroundings(
        Map<String, String> environment, Properties properties, Path root, long pid, int processors, long memory) {
    static Surroundings ofThisProcess() {
        return new Surroundings(
                System.getenv(),
                System.getProperties(),
                Path.of("").toAbsolutePath().getRoot(),
                ProcessHandle.current().pid(),
                Runtime.getRuntime().availableProcessors(),
                Memory.total());
    }

    /** An empty one is one that is not set. */
    Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
    }

    String property(String name) {
        return properties.getProperty(name, "");
    }

    /** Of a file of the system, such as {@code proc/self/limits}; none if it cannot be read. */
    List<String> lines(String file) {
        try {
            // Latin-1 decodes whatever is in there.
            return Files.readAllLines(root.resolve(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return List.of();
        }
    }
}
